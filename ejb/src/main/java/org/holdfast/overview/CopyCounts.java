package org.holdfast.overview;

/**
 * Every copy counted once by what decides over it, and those that leave soon.
 *
 * @param bound kept for ever because a record or task has it
 * @param held not bound, kept by a legal hold on it, its mailbox or its account
 * @param unlimited neither, and the plan keeps without limit
 * @param temporary neither, and the plan has a limit
 * @param leaving of the temporary ones, those that a purge within {@value #DAYS_AHEAD} days removes; a copy
 *     counts too if a change of plan that is already recorded makes it due by then
 * @param bytes raw content of all copies
 */
public record CopyCounts(long bound, long held, long unlimited, long temporary, long leaving, long bytes) {

    /** How far ahead {@link #leaving} looks. */
    public static final int DAYS_AHEAD = 7;

    public long keptForEver() {
        return bound + held;
    }

    public long all() {
        return bound + held + unlimited + temporary;
    }
}
