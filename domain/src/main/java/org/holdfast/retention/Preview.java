package org.holdfast.retention;

import java.time.Instant;
import java.util.List;

/**
 * What a run as of an instant would remove and keep; nothing was changed to find out.
 *
 * @param asOf the instant of the rule, to the microsecond
 * @param plans one line for each plan that has copies in the scope, in the plans' order
 */
public record Preview(PurgeScope scope, Instant asOf, List<PlanLine> plans) {

    public Preview {
        plans = List.copyOf(plans);
    }

    /**
     * The copies of all accounts that have one plan as of the instant.
     *
     * @param accounts accounts with at least one copy in the scope
     * @param copies due and kept together
     */
    public record PlanLine(String planCode, long accounts, long copies, long due, long dueBytes, Kept kept) {}

    public long copies() {
        return plans.stream().mapToLong(PlanLine::copies).sum();
    }

    public long due() {
        return plans.stream().mapToLong(PlanLine::due).sum();
    }

    public long dueBytes() {
        return plans.stream().mapToLong(PlanLine::dueBytes).sum();
    }

    /** What stays, over all plans. */
    public Kept kept() {
        return plans.stream()
                .map(PlanLine::kept)
                .reduce(
                        new Kept(0, 0, 0, 0),
                        (a, b) -> new Kept(
                                a.bound() + b.bound(),
                                a.held() + b.held(),
                                a.young() + b.young(),
                                a.inGrace() + b.inGrace()));
    }
}
