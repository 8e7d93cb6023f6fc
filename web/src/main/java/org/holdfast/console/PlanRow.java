package org.holdfast.console;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.plan.Plan;
import org.holdfast.plan.PlanTerms;

/** One plan on the page of plans: its terms now, and those that are dated. */
public final class PlanRow {

    private final Plan plan;
    private final PlanTerms now;
    private final List<PlanTerms> dated;

    private PlanRow(Plan plan, PlanTerms now, List<PlanTerms> dated) {
        this.plan = plan;
        this.now = now;
        this.dated = dated;
    }

    /** From all terms ever recorded, those of the plan that are held to be so. */
    static PlanRow of(Plan plan, List<PlanTerms> history, Instant at) {
        List<PlanTerms> known = history.stream()
                .filter(t -> t.planCode().equals(plan.code()) && t.knownUntil().isEmpty())
                .toList();
        Optional<PlanTerms> inForce = known.stream()
                .filter(t -> !t.validFrom().isAfter(at))
                .filter(t -> t.validUntil().map(end -> end.isAfter(at)).orElse(true))
                .findFirst();
        return new PlanRow(
                plan,
                inForce.orElse(null),
                known.stream().filter(t -> t.validFrom().isAfter(at)).toList());
    }

    public Plan getPlan() {
        return plan;
    }

    /** The terms in force; null if it has none yet. */
    public PlanTerms getNow() {
        return now;
    }

    /** Since when they are in force; null: as long as anything is known. */
    public Instant getSince() {
        return now == null || now.validFrom().isBefore(Instant.EPOCH) ? null : now.validFrom();
    }

    /** The terms that begin later, in order. */
    public List<PlanTerms> getDated() {
        return dated;
    }
}
