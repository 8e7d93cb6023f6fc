package org.holdfast.plan;

import java.util.OptionalInt;

/** How many of something a plan allows: a number from 0, or any number. */
public final class Allowance {

    private static final Allowance UNLIMITED = new Allowance(-1);

    private final int count;

    private Allowance(int count) {
        this.count = count;
    }

    /** From the terms' column: null is 'unlimited'; a negative number is refused. */
    public static Allowance ofNullable(Integer count) {
        if (count == null) {
            return UNLIMITED;
        }
        if (count < 0) {
            throw new IllegalArgumentException("An allowance is not negative: " + count);
        }
        return new Allowance(count);
    }

    /** Whether one more is allowed beside those that are there. */
    public boolean allowsOneMoreThan(long existing) {
        return count < 0 || existing < count;
    }

    /** The number; empty when unlimited. */
    public OptionalInt count() {
        return count < 0 ? OptionalInt.empty() : OptionalInt.of(count);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Allowance that && that.count == count;
    }

    @Override
    public int hashCode() {
        return Integer.hashCode(count);
    }

    @Override
    public String toString() {
        return count < 0 ? "unlimited" : Integer.toString(count);
    }
}
