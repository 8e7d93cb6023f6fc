package org.holdfast.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.retention.Comparison;
import org.holdfast.retention.Difference;
import org.holdfast.retention.PlanTotal;
import org.holdfast.retention.RunReport;
import org.holdfast.retention.RunWorker;

/**
 * Everything that is recorded of a run, as the API shows it.
 *
 * @param comparison with its previews; null where there was none
 * @param earlier the completed run of the same scope before it; null if it is the first
 */
public record PurgeReportView(
        PurgeRunView run,
        List<PlanTotal> plans,
        List<PurgeRunView.Slice> slices,
        List<Worker> workers,
        Optional<ComparisonView> comparison,
        Optional<PurgeRunView> earlier) {

    /** A node at work on it. */
    public record Worker(
            String node, int execution, int slots, Instant joinedAt, boolean alive, int beatMillis, int restMillis) {

        static Worker of(RunWorker worker) {
            return new Worker(
                    worker.node(),
                    worker.execution(),
                    worker.slots(),
                    worker.joinedAt(),
                    worker.alive(),
                    worker.beatMillis(),
                    worker.restMillis());
        }
    }

    /**
     * What a run found against its previews.
     *
     * @param largest the mailboxes that differ most, at most 200
     */
    public record ComparisonView(
            long expected, long due, long mailboxes, List<Comparison.ByReason> reasons, List<DifferenceView> largest) {

        static ComparisonView of(Comparison comparison) {
            return new ComparisonView(
                    comparison.expected(),
                    comparison.due(),
                    comparison.mailboxes(),
                    comparison.reasons(),
                    comparison.largest().stream().map(DifferenceView::of).toList());
        }
    }

    /** A mailbox in which a run found other than its preview. */
    public record DifferenceView(
            String accountId,
            String mailboxId,
            long expected,
            long due,
            long arrived,
            long aged,
            long released,
            long bound,
            long held,
            Optional<String> planBefore,
            String planNow,
            Difference.Reason reason) {

        static DifferenceView of(Difference difference) {
            return new DifferenceView(
                    Id.of(difference.accountId()),
                    Id.of(difference.mailboxId()),
                    difference.expected(),
                    difference.due(),
                    difference.arrived(),
                    difference.aged(),
                    difference.released(),
                    difference.bound(),
                    difference.held(),
                    difference.planBefore(),
                    difference.planNow(),
                    difference.reason());
        }
    }

    static PurgeReportView of(RunReport report) {
        return new PurgeReportView(
                PurgeRunView.of(report.run()),
                report.plans(),
                report.slices().stream().map(PurgeRunView.Slice::of).toList(),
                report.workers().stream().map(Worker::of).toList(),
                report.comparison().map(ComparisonView::of),
                report.earlier().map(PurgeRunView::of));
    }
}
