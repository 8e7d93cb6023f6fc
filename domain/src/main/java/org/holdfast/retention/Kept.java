package org.holdfast.retention;

/**
 * How many copies stay, each counted under the first reason that {@link DueRule} finds.
 *
 * @param bound bound to a record or task
 * @param held under a hold of the copy, its mailbox or its account
 * @param young inside the window of their plan, or without limit
 * @param inGrace beyond the window, but their release grace is not over
 */
public record Kept(long bound, long held, long young, long inGrace) {

    public long total() {
        return bound + held + young + inGrace;
    }
}
