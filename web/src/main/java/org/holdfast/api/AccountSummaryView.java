package org.holdfast.api;

import java.time.Instant;
import java.util.Optional;
import org.holdfast.account.AccountSummary;

/**
 * An account at a glance, as the API shows one.
 *
 * @param nextChangeAt null if nothing is dated
 * @param nextPlanCode the same as now where only the plan's terms change
 */
public record AccountSummaryView(
        String id,
        String name,
        String zone,
        boolean held,
        String planCode,
        Instant planSince,
        Optional<Instant> nextChangeAt,
        Optional<String> nextPlanCode,
        long mailboxes,
        long pausedByPlan,
        long copies,
        long bytes) {

    static AccountSummaryView of(AccountSummary summary) {
        return new AccountSummaryView(
                Id.of(summary.id()),
                summary.name(),
                summary.zone(),
                summary.held(),
                summary.planCode(),
                summary.planSince(),
                summary.next().map(AccountSummary.Change::at),
                summary.next().map(AccountSummary.Change::planCode),
                summary.mailboxes(),
                summary.pausedByPlan(),
                summary.copies(),
                summary.bytes());
    }
}
