package org.holdfast.retention;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.plan.Cutoff;
import org.holdfast.plan.Entitlement;
import org.holdfast.plan.EntitlementSpan;

/**
 * Why a copy is here and when it will go, as plans are dated now.
 *
 * @param verdict due, or the first reason for which it stays
 * @param plan what applies to its account at present
 * @param cutoff the present edge of the window; empty while the plan keeps without limit
 * @param leavesAt the first instant from which a purge would remove it; empty: never, as things stand
 */
public record Fate(DueRule.Verdict verdict, Entitlement plan, Optional<Cutoff> cutoff, Optional<Instant> leavesAt) {

    /**
     * Judges a copy now and looks along its account's timeline.
     *
     * @param timeline spans in order of time, the first in force at {@code now}
     */
    public static Fate of(DueRule.Facts copy, List<EntitlementSpan> timeline, Instant now) {
        Entitlement plan = timeline.get(0).entitlement();
        DueRule.Verdict verdict = DueRule.judge(copy, plan, now);
        return new Fate(verdict, plan, plan.cutoff(now), leavesAt(copy, timeline, now));
    }

    private static Optional<Instant> leavesAt(DueRule.Facts copy, List<EntitlementSpan> timeline, Instant now) {
        if (copy.bound() || copy.held()) {
            return Optional.empty();
        }
        for (int i = 0; i < timeline.size(); i++) {
            EntitlementSpan span = timeline.get(i);
            Instant end = i + 1 < timeline.size() ? timeline.get(i + 1).from() : Instant.MAX;
            Optional<Instant> due = dueWithin(copy, span, now).filter(at -> at.isBefore(end));
            if (due.isPresent()) {
                return due;
            }
        }
        return Optional.empty();
    }

    /** When it would be due were the span to go on for ever; not before the span begins, nor before now. */
    private static Optional<Instant> dueWithin(DueRule.Facts copy, EntitlementSpan span, Instant now) {
        return span.entitlement().retention().end(copy.clock()).map(end -> {
            Instant at = later(later(end, span.from()), now);
            return copy.keepUntil() == null ? at : later(at, copy.keepUntil());
        });
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
