package org.holdfast.plan;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How long an unbound copy stays: a number of 24-hour days, or without limit. Zero days and 'no
 * limit' are different values.
 */
public final class RetentionPeriod {

    /** The longest period that terms may name: a hundred years. */
    public static final int MAX_DAYS = 36_500;

    private static final RetentionPeriod UNLIMITED = new RetentionPeriod(-1);

    private final int days;

    private RetentionPeriod(int days) {
        this.days = days;
    }

    /**
     * A limited period.
     *
     * @param days 0 to {@value #MAX_DAYS}
     */
    public static RetentionPeriod ofDays(int days) {
        if (days < 0 || days > MAX_DAYS) {
            throw new IllegalArgumentException("A retention period has 0 to " + MAX_DAYS + " days, not " + days);
        }
        return new RetentionPeriod(days);
    }

    public static RetentionPeriod unlimited() {
        return UNLIMITED;
    }

    /** From the terms' column: null is 'no limit'. */
    public static RetentionPeriod ofNullableDays(Integer days) {
        return days == null ? UNLIMITED : ofDays(days);
    }

    public boolean isUnlimited() {
        return days < 0;
    }

    /** The days; empty without limit. */
    public OptionalInt days() {
        return isUnlimited() ? OptionalInt.empty() : OptionalInt.of(days);
    }

    /** The cut-off at an instant; empty without limit, since then nothing is ever due. */
    public Optional<Cutoff> cutoff(Instant at) {
        return isUnlimited() ? Optional.empty() : Optional.of(new Cutoff(at.minus(Duration.ofDays(days))));
    }

    /** When a copy with this clock reaches the end of the period; empty without limit. */
    public Optional<Instant> end(Instant clock) {
        return isUnlimited() ? Optional.empty() : Optional.of(clock.plus(Duration.ofDays(days)));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RetentionPeriod that && that.days == days;
    }

    @Override
    public int hashCode() {
        return Integer.hashCode(days);
    }

    @Override
    public String toString() {
        return isUnlimited() ? "no limit" : days + " days";
    }
}
