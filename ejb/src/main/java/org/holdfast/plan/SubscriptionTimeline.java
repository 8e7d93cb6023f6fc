package org.holdfast.plan;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a change does to the rows of an account's timeline: rows that the new interval touches are
 * superseded, and what sticks out of it on either side is recorded anew.
 *
 * @param superseded rows no longer held to be so
 * @param recorded their remainders and the new subscription, in order of time
 */
public record SubscriptionTimeline(List<Subscription> superseded, List<Subscription> recorded) {

    /**
     * Lays a new subscription over the present rows.
     *
     * @param present rows held to be so now, in order of time, without overlaps
     */
    static SubscriptionTimeline lay(Subscription change, List<Subscription> present, Subscription.Recorded by) {
        List<Subscription> superseded = new ArrayList<>();
        List<Subscription> recorded = new ArrayList<>();
        recorded.add(change);
        Instant end = change.validUntil().orElse(Instant.MAX);
        for (Subscription row : present) {
            Instant rowEnd = row.validUntil().orElse(Instant.MAX);
            if (!row.validFrom().isBefore(end) || !rowEnd.isAfter(change.validFrom())) {
                continue;
            }
            superseded.add(row);
            if (row.validFrom().isBefore(change.validFrom())) {
                recorded.add(part(row, row.validFrom(), change.validFrom(), by));
            }
            if (rowEnd.isAfter(end)) {
                recorded.add(part(row, end, row.validUntil().orElse(null), by));
            }
        }
        recorded.sort((a, b) -> a.validFrom().compareTo(b.validFrom()));
        return new SubscriptionTimeline(superseded, recorded);
    }

    private static Subscription part(Subscription row, Instant from, Instant until, Subscription.Recorded by) {
        return new Subscription(row.accountId(), row.planCode(), from, until, by);
    }
}
