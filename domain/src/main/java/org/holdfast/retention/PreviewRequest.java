package org.holdfast.retention;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A question for a stored preview: what would be due as of an instant, under terms or plans that are not
 * in force.
 *
 * @param asOf the instant of the due rule; empty: the latest date among the changes, or now where there are none
 * @param scope of a {@link Kind#DATE} preview; everything for the others, which cover the accounts they change
 * @param termsChanges ids of drafted changes of terms, for a {@link Kind#TERMS} preview only
 * @param planChange for a {@link Kind#SUBSCRIPTION} preview only
 */
public record PreviewRequest(
        Kind kind, Optional<Instant> asOf, PurgeScope scope, List<Long> termsChanges, Optional<PlanChange> planChange) {

    /** What is supposed. */
    public enum Kind {
        /** Nothing: what is known for a date. */
        DATE,
        /** Drafted terms. */
        TERMS,
        /** Another plan for some accounts. */
        SUBSCRIPTION
    }

    /**
     * A plan that some accounts would have.
     *
     * @param accounts ids; empty where {@code fromPlan} names them
     * @param fromPlan every account that has this plan at {@code from}; empty where {@code accounts} names them
     * @param from first instant of the plan; empty: now
     * @param until first instant at which it no longer applies; empty: open
     */
    public record PlanChange(
            List<Long> accounts,
            Optional<String> fromPlan,
            String toPlan,
            Optional<Instant> from,
            Optional<Instant> until) {

        public PlanChange {
            accounts = accounts.stream().distinct().sorted().toList();
            Objects.requireNonNull(toPlan);
            if (accounts.isEmpty() == fromPlan.isEmpty()) {
                throw new IllegalArgumentException("A plan change names its accounts, or the plan they have");
            }
        }
    }

    public PreviewRequest {
        termsChanges = termsChanges.stream().distinct().sorted().toList();
        if (termsChanges.isEmpty() == (kind == Kind.TERMS) || planChange.isPresent() != (kind == Kind.SUBSCRIPTION)) {
            throw new IllegalArgumentException("A preview of " + kind + " supposes that and nothing else");
        }
        if (kind != Kind.DATE && scope.kind() != PurgeScope.Kind.EVERYTHING) {
            throw new IllegalArgumentException("A preview of " + kind + " covers the accounts that it changes");
        }
    }

    /** What is known for an instant, in a scope of the purge. */
    public static PreviewRequest ofDate(Instant asOf, PurgeScope scope) {
        return new PreviewRequest(Kind.DATE, Optional.ofNullable(asOf), scope, List.of(), Optional.empty());
    }

    /** Drafted terms, as of the latest of their dates. */
    public static PreviewRequest ofTerms(List<Long> changes) {
        return new PreviewRequest(Kind.TERMS, Optional.empty(), PurgeScope.EVERYTHING, changes, Optional.empty());
    }

    /** Another plan for some accounts, as of its first instant. */
    public static PreviewRequest ofPlanChange(PlanChange change) {
        return new PreviewRequest(
                Kind.SUBSCRIPTION, Optional.empty(), PurgeScope.EVERYTHING, List.of(), Optional.of(change));
    }
}
