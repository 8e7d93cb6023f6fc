package org.holdfast.console;

import jakarta.faces.view.ViewScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.holdfast.plan.PlanTerms;
import org.holdfast.plan.Plans;
import org.holdfast.plan.TermsChange;
import org.holdfast.plan.TermsChanges;

/** The plans with their terms now and dated, their history, and the changes on their way. */
@Named
@ViewScoped
public class PlansPage implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int CHANGES = 50;

    @Inject
    private Plans plans;

    @Inject
    private TermsChanges termsChanges;

    @Inject
    private Clock clock;

    private Trouble trouble;
    private transient List<PlanRow> rows;
    private transient List<PlanTerms> history;
    private transient List<TermsChange> changes;

    /** Reads anew; what was read before stays when that fails. */
    public void refresh() {
        try {
            Instant now = clock.instant();
            List<PlanTerms> all = plans.history();
            List<TermsChange> latest = termsChanges.page(null, CHANGES);
            rows = plans.all().stream().map(plan -> PlanRow.of(plan, all, now)).toList();
            history = all;
            changes = latest;
            trouble = null;
        } catch (RuntimeException e) {
            trouble = Trouble.log("plans.trouble", clock.instant(), e);
        }
    }

    /** The plans; null when they could not be read even once. */
    public List<PlanRow> getRows() {
        if (rows == null && trouble == null) {
            refresh();
        }
        return rows;
    }

    /** All terms ever recorded, by plan and instant. */
    public List<PlanTerms> getHistory() {
        return history;
    }

    /** Changes, newest first. */
    public List<TermsChange> getChanges() {
        return changes;
    }

    public Trouble getTrouble() {
        return trouble;
    }

    /** Whether terms begin at an instant that a person would name; the first ones begin before all. */
    public boolean dated(PlanTerms terms) {
        return terms.validFrom().isAfter(Instant.EPOCH);
    }
}
