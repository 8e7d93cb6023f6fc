package org.holdfast.retention;

import java.time.Instant;
import org.holdfast.plan.Entitlement;

/**
 * Why a copy stays, or that it is due: unbound, under no hold, its clock at or before the cut-off and
 * its release grace over. The purge states the same rule in SQL; a test holds the two together.
 */
public final class DueRule {

    private DueRule() {}

    /**
     * What decides over one copy.
     *
     * @param clock the retention clock
     * @param bound whether it has a binding
     * @param held whether a hold on it, its mailbox or its account is in force
     * @param keepUntil end of the release grace; null if there is none
     */
    public record Facts(Instant clock, boolean bound, boolean held, Instant keepUntil) {}

    /** The verdict at an instant under the plan that is in force then. */
    public static Verdict judge(Facts copy, Entitlement plan, Instant at) {
        if (copy.bound()) {
            return Verdict.BOUND;
        }
        if (copy.held()) {
            return Verdict.HELD;
        }
        if (plan.cutoff(at).map(c -> !c.isBeyond(copy.clock())).orElse(true)) {
            return Verdict.YOUNG;
        }
        if (copy.keepUntil() != null && copy.keepUntil().isAfter(at)) {
            return Verdict.IN_GRACE;
        }
        return Verdict.DUE;
    }

    /** Due, or the first reason for which a copy stays. */
    public enum Verdict {
        DUE,
        BOUND,
        HELD,
        YOUNG,
        IN_GRACE
    }
}
