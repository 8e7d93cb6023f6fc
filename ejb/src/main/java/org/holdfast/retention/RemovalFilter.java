package org.holdfast.retention;

import java.util.Optional;

/**
 * Which part of what leaves is asked for.
 *
 * @param days how many days ahead, today included, 1 to 36
 */
public record RemovalFilter(int days, Optional<String> planCode, Optional<Long> accountId) {

    /** How many days are reckoned, today included. */
    public static final int MOST_DAYS = 36;

    public RemovalFilter {
        if (days < 1 || days > MOST_DAYS) {
            throw new IllegalArgumentException("What leaves is reckoned 1 to " + MOST_DAYS + " days ahead");
        }
    }
}
