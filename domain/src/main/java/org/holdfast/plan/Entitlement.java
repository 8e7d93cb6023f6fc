package org.holdfast.plan;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The answer of the one function: what an account may do at an instant.
 *
 * @param planCode the plan that applies; FREE where there is no subscription
 * @param termsId the row of terms that says so
 * @param syncs whether mailboxes may be synchronised
 * @param retention how long unbound copies stay
 * @param grace what a copy stays at least after its last binding or hold went
 * @param mailboxesPerUser personal mailboxes of one user
 * @param sharedMailboxes shared mailboxes of the account
 */
public record Entitlement(
        long accountId,
        String planCode,
        long termsId,
        boolean syncs,
        RetentionPeriod retention,
        Duration grace,
        Allowance mailboxesPerUser,
        Allowance sharedMailboxes) {

    /** The oldest edge of the window at an instant; empty when everything may be imported. */
    public Optional<Cutoff> cutoff(Instant at) {
        return retention.cutoff(at);
    }
}
