package org.holdfast.api;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.holdfast.plan.PlanTerms;

/**
 * What a plan grants; null in a limit: no limit.
 *
 * @param unboundDays how long unbound copies stay, in days of 24 hours
 * @param graceDays what a copy stays at least after its last binding or hold went
 */
public record PlanTermsView(
        String id,
        String planCode,
        boolean syncs,
        Optional<Integer> unboundDays,
        long graceDays,
        Optional<Integer> mailboxesPerUser,
        Optional<Integer> sharedMailboxes,
        Optional<Instant> validFrom,
        Optional<Instant> validUntil) {

    static PlanTermsView of(PlanTerms terms) {
        return new PlanTermsView(
                Id.of(terms.id()),
                terms.planCode(),
                terms.syncs(),
                boxed(terms.retention().days()),
                terms.grace().toDays(),
                boxed(terms.mailboxesPerUser().count()),
                boxed(terms.sharedMailboxes().count()),
                Optional.of(terms.validFrom()),
                terms.validUntil());
    }

    static Optional<Integer> boxed(OptionalInt number) {
        return number.isPresent() ? Optional.of(number.getAsInt()) : Optional.empty();
    }
}
