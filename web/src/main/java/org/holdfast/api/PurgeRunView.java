package org.holdfast.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.retention.HeldReason;
import org.holdfast.retention.Kept;
import org.holdfast.retention.PurgeRun;
import org.holdfast.retention.PurgeStatus;
import org.holdfast.retention.RunControl;
import org.holdfast.retention.SliceProgress;

/**
 * A purge run as the API shows one.
 *
 * @param due what it found due; null until it has looked
 * @param left copies that were still due when it completed; null before
 * @param kept what stays, and why; null until it was counted
 * @param seal over its ledger; null until it completed
 * @param held why it is or was held for approval; null if it never was
 */
public record PurgeRunView(
        String id,
        String scope,
        Instant asOf,
        PurgeStatus status,
        String startedBy,
        Instant startedAt,
        Optional<Instant> endedAt,
        int executions,
        Optional<PurgeRun.Due> due,
        Progress progress,
        Optional<Long> left,
        Optional<Kept> kept,
        Optional<String> failure,
        Optional<String> seal,
        int priority,
        boolean scheduled,
        boolean waitsForWindow,
        Optional<Integer> copiesPerSecond,
        List<String> previewIds,
        Optional<Held> held) {

    /**
     * Why a run is or was held, and who decided.
     *
     * @param decidedBy who approved or cancelled it; null while it waits
     */
    public record Held(List<Reason> reasons, Optional<String> decidedBy, Optional<Instant> decidedAt) {}

    /** One reason, with what was found and what is allowed, in the code's unit. */
    public record Reason(HeldReason.Code code, String sentence, long found, long allowed, Optional<String> accountId) {

        static Reason of(HeldReason reason) {
            return new Reason(
                    reason.code(),
                    reason.sentence(),
                    reason.found(),
                    reason.allowed(),
                    reason.accountId().map(Id::of));
        }
    }

    /**
     * What is done.
     *
     * @param secondsLeft an estimate; null while there is none
     */
    public record Progress(
            int slices,
            int slicesDone,
            long purgedCopies,
            long purgedBytes,
            long skipped,
            double perSecond,
            Optional<Long> secondsLeft) {}

    /** How far a run is in one range of copies. */
    public record Slice(
            int number,
            String firstCopy,
            String lastCopy,
            long dueCopies,
            int sweep,
            boolean done,
            long purgedCopies,
            long purgedBytes,
            long skippedCopies,
            int entries,
            Optional<String> worker) {

        static Slice of(SliceProgress slice) {
            return new Slice(
                    slice.number(),
                    Id.of(slice.firstCopy()),
                    Id.of(slice.lastCopy()),
                    slice.dueCopies(),
                    slice.sweep(),
                    slice.done(),
                    slice.purgedCopies(),
                    slice.purgedBytes(),
                    slice.skippedCopies(),
                    slice.entries(),
                    slice.worker());
        }
    }

    static PurgeRunView of(PurgeRun run) {
        return new PurgeRunView(
                Id.of(run.id()),
                Scopes.of(run.scope()),
                run.asOf(),
                run.status(),
                run.startedBy(),
                run.startedAt(),
                run.endedAt(),
                run.executions(),
                run.plan(),
                progress(run.progress()),
                run.left(),
                run.kept(),
                run.failure(),
                run.seal(),
                run.control().priority(),
                run.control().scheduled(),
                run.control().windowClosed(),
                run.control().copiesPerSecond(),
                run.control().previews().stream().map(Id::of).toList(),
                held(run.control()));
    }

    private static Optional<Held> held(RunControl control) {
        return control.reasons().isEmpty()
                ? Optional.empty()
                : Optional.of(new Held(
                        control.reasons().stream().map(Reason::of).toList(), control.decidedBy(), control.decidedAt()));
    }

    private static Progress progress(PurgeRun.Progress progress) {
        return new Progress(
                progress.slices(),
                progress.slicesDone(),
                progress.purgedCopies(),
                progress.purgedBytes(),
                progress.skipped(),
                progress.perSecond(),
                progress.timeLeft().map(Duration::toSeconds));
    }
}
