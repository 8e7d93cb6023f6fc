package org.holdfast.retention;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a run would find and whether it would be held; looked at with the run's own statements, nothing written.
 *
 * @param comparison absent where no preview speaks
 * @param reasons why it would be held; empty: it would go ahead
 */
public record RunForecast(
        PurgeScope scope,
        Instant asOf,
        long dueCopies,
        long dueBytes,
        List<PlanTotal> plans,
        List<Long> previews,
        Optional<Comparison> comparison,
        List<HeldReason> reasons) {

    public RunForecast {
        plans = List.copyOf(plans);
        previews = List.copyOf(previews);
        reasons = List.copyOf(reasons);
    }
}
