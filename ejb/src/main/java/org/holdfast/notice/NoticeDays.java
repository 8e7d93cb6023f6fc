package org.holdfast.notice;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How many days before the first copies go people are told, the earliest first.
 *
 * @param days each 1 to 365, descending, without repetitions
 */
public record NoticeDays(List<Integer> days) {

    public NoticeDays {
        days = days.stream().distinct().sorted(Comparator.reverseOrder()).toList();
        if (days.isEmpty() || days.size() > 10 || days.stream().anyMatch(d -> d < 1 || d > 365)) {
            throw new IllegalArgumentException("One to ten numbers of days from 1 to 365, not " + days);
        }
    }

    /** From the setting, such as {@code 30,7,1}; refuses what it does not understand with the setting's name. */
    static NoticeDays parse(String setting) {
        try {
            return new NoticeDays(Arrays.stream(setting.split(","))
                    .map(String::strip)
                    .map(Integer::valueOf)
                    .toList());
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("holdfast.notice.days is a list such as 30,7,1, not " + setting, e);
        }
    }

    int earliest() {
        return days.get(0);
    }

    /** When a notice so many days before an instant is due. */
    static Instant dueAt(Instant firstAt, int days) {
        return firstAt.minus(Duration.ofDays(days));
    }

    /** Of those whose time has come the nearest to the instant, which makes the others useless. */
    Optional<Integer> nearestDue(Instant firstAt, Instant now) {
        return days.stream().filter(d -> !dueAt(firstAt, d).isAfter(now)).min(Comparator.naturalOrder());
    }

    /** Those that are still useful: the nearest whose time has come, and all that are to come. */
    List<Integer> useful(Instant firstAt, Instant now) {
        int nearest = nearestDue(firstAt, now).orElse(Integer.MAX_VALUE);
        return days.stream().filter(d -> d <= nearest).toList();
    }
}
