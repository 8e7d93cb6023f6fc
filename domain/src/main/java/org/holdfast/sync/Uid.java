package org.holdfast.sync;

/**
 * The number of a message in a folder, valid with the folder's {@link UidValidity} (RFC 3501 section 2.3.1.1).
 *
 * @param value 1 to 4294967295
 */
public record Uid(long value) implements Comparable<Uid> {

    /** The greatest that the protocol knows. */
    public static final long MAX = 0xFFFF_FFFFL;

    public Uid {
        if (value < 1 || value > MAX) {
            throw new IllegalArgumentException("A UID is 1 to " + MAX + ", not " + value);
        }
    }

    @Override
    public int compareTo(Uid other) {
        return Long.compare(value, other.value);
    }
}
