package org.holdfast.retention;

import java.util.List;
import java.util.Optional;

/**
 * Everything that is recorded of a run.
 *
 * @param comparison with its previews; absent where there was none
 * @param earlier the completed run of the same scope before it; absent if it is the first
 */
public record RunReport(
        PurgeRun run,
        List<PlanTotal> plans,
        List<SliceProgress> slices,
        List<RunWorker> workers,
        Optional<Comparison> comparison,
        Optional<PurgeRun> earlier) {

    public RunReport {
        plans = List.copyOf(plans);
        slices = List.copyOf(slices);
        workers = List.copyOf(workers);
    }
}
