package org.holdfast.sync;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A set of UIDs kept as ranges, so that what a server says in a few bytes never costs more here.
 */
public final class UidSet {

    /** Without any UID. */
    public static final UidSet EMPTY = new UidSet(List.of());

    private static final Pattern WIRE =
            Pattern.compile("[0-9]{1,10}(?::[0-9]{1,10})?(?:,[0-9]{1,10}(?::[0-9]{1,10})?)*");

    private final List<Range> ranges;

    private UidSet(List<Range> ranges) {
        this.ranges = List.copyOf(ranges);
    }

    /** From single UIDs in any order. */
    public static UidSet of(Collection<Long> uids) {
        return new UidSet(merge(
                uids.stream().map(uid -> new Range(new Uid(uid).value(), uid)).toList()));
    }

    /** All from the first to the last, both included, in either order. */
    public static UidSet range(long first, long last) {
        return new UidSet(
                List.of(new Range(new Uid(Math.min(first, last)).value(), new Uid(Math.max(first, last)).value())));
    }

    /**
     * From the protocol's form such as {@code 1:5,9}.
     *
     * @throws IllegalArgumentException if it is not one; {@code *} is not understood
     */
    public static UidSet parse(String wire) {
        if (!WIRE.matcher(wire).matches()) {
            throw new IllegalArgumentException("Not a set of UIDs: " + wire.substring(0, Math.min(80, wire.length())));
        }
        List<Range> parsed = new ArrayList<>();
        for (String part : wire.split(",", -1)) {
            int colon = part.indexOf(':');
            long first = Long.parseLong(colon < 0 ? part : part.substring(0, colon));
            long last = colon < 0 ? first : Long.parseLong(part.substring(colon + 1));
            parsed.addAll(range(first, last).ranges);
        }
        return new UidSet(merge(parsed));
    }

    private static List<Range> merge(List<Range> unordered) {
        List<Range> merged = new ArrayList<>();
        for (Range next : unordered.stream().sorted().toList()) {
            Range last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last != null && next.first() <= last.last() + 1) {
                merged.set(merged.size() - 1, new Range(last.first(), Math.max(last.last(), next.last())));
            } else {
                merged.add(next);
            }
        }
        return merged;
    }

    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** How many UIDs, without counting them one by one. */
    public long count() {
        return ranges.stream()
                .mapToLong(range -> range.last() - range.first() + 1)
                .sum();
    }

    public boolean contains(long uid) {
        int low = 0;
        int high = ranges.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Range range = ranges.get(middle);
            if (uid < range.first()) {
                high = middle - 1;
            } else if (uid > range.last()) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    /** In order, apart from each other. */
    public List<Range> ranges() {
        return ranges;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UidSet that && that.ranges.equals(ranges);
    }

    @Override
    public int hashCode() {
        return ranges.hashCode();
    }

    /** The protocol's form. */
    @Override
    public String toString() {
        return ranges.stream().map(Range::toString).collect(Collectors.joining(","));
    }

    /** From the first to the last UID, both included. */
    public record Range(long first, long last) implements Comparable<Range> {

        @Override
        public int compareTo(Range other) {
            return first != other.first ? Long.compare(first, other.first) : Long.compare(last, other.last);
        }

        @Override
        public String toString() {
            return first == last ? Long.toString(first) : first + ":" + last;
        }
    }
}
