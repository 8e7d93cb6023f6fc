package org.holdfast.retention;

/**
 * A range of content with what purges have left of it.
 *
 * @param firstCopy and endCopy: its ids, the end exclusive
 * @param released copies of it that were purged and whose content was not released yet
 * @param copies copies that are there
 * @param closed whether all its ids were given out
 */
public record ReleasedRange(int number, long firstCopy, long endCopy, long released, long copies, boolean closed) {

    /** From so many on, writing what stays is cheaper than deleting what goes. */
    private static final int WORTH_A_REWRITE = 2_000;

    /** Of so many ids at least one was released: reading the range is cheaper than looking each up. */
    private static final int CLOSE = 16;

    /** Whether what goes lies close together. */
    boolean isDense() {
        return released * CLOSE >= endCopy - firstCopy;
    }

    boolean isEmpty() {
        return closed && copies == 0;
    }

    /** Whether more goes than stays. */
    boolean isMostlyReleased() {
        return closed && released >= WORTH_A_REWRITE && released >= copies;
    }
}
