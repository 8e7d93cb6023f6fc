package org.holdfast.retention;

import java.util.List;

/**
 * What a run found against its previews.
 *
 * @param expected copies that the previews counted due, in the run's scope
 * @param due copies that the run found due where a preview speaks
 * @param mailboxes mailboxes that differ
 * @param reasons by reason, the most frequent first
 * @param largest the mailboxes that differ most, largest first; at most 200
 */
public record Comparison(long expected, long due, long mailboxes, List<ByReason> reasons, List<Difference> largest) {

    public Comparison {
        reasons = List.copyOf(reasons);
        largest = List.copyOf(largest);
    }

    /**
     * The mailboxes whose difference has mostly one reason.
     *
     * @param more copies due beyond the preview, over those that have more
     * @param fewer copies short of the preview, over those that have fewer
     */
    public record ByReason(Difference.Reason reason, long mailboxes, long more, long fewer) {}
}
