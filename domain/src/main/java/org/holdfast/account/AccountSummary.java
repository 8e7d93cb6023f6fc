package org.holdfast.account;

import java.time.Instant;
import java.util.Optional;

/**
 * An account at a glance.
 *
 * @param planCode the plan that applies now
 * @param planSince since when; of an account that never had a plan, since it was made
 * @param mailboxes connected ones
 * @param pausedByPlan those of them that the plan does not allow now
 * @param copies of all its mailboxes, also of those that were disconnected
 */
public record AccountSummary(
        long id,
        String name,
        String zone,
        boolean held,
        String planCode,
        Instant planSince,
        Optional<Change> next,
        long mailboxes,
        long pausedByPlan,
        long copies,
        long bytes) {

    /**
     * What is dated next.
     *
     * @param planCode the plan from then on; the same one where only its terms change
     * @param terms whether it is the plan's terms that change, not the plan
     */
    public record Change(Instant at, String planCode, boolean terms) {}
}
