package org.holdfast.api;

import java.time.Instant;
import java.util.Optional;
import org.holdfast.plan.Cutoff;
import org.holdfast.plan.Entitlement;

/**
 * What an account may do at an instant.
 *
 * @param cutoff copies whose clock is at or before it are beyond the window; null: no limit
 */
public record EntitlementView(
        String accountId,
        Instant at,
        String planCode,
        String termsId,
        boolean syncs,
        Optional<Integer> unboundDays,
        long graceDays,
        Optional<Integer> mailboxesPerUser,
        Optional<Integer> sharedMailboxes,
        Optional<Instant> cutoff) {

    static EntitlementView of(Entitlement entitlement, Instant at) {
        return new EntitlementView(
                Id.of(entitlement.accountId()),
                at,
                entitlement.planCode(),
                Id.of(entitlement.termsId()),
                entitlement.syncs(),
                PlanTermsView.boxed(entitlement.retention().days()),
                entitlement.grace().toDays(),
                PlanTermsView.boxed(entitlement.mailboxesPerUser().count()),
                PlanTermsView.boxed(entitlement.sharedMailboxes().count()),
                entitlement.cutoff(at).map(Cutoff::at));
    }
}
