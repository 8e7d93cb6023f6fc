package org.holdfast.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One run of the purge as it stands now.
 *
 * @param asOf the instant of the due rule, pinned at the start
 * @param startedBy mail address of the user, or {@code schedule}
 * @param terms the plan terms in force at {@code asOf} when the run was recorded, as JSON
 * @param executions how often workers were started for it: 1, and one more for each restart or adoption
 * @param plan what it found due, absent until it has looked
 * @param progress what it has done
 * @param left copies that were still due when it ended, because somebody had them locked or they became due only
 *     meanwhile; absent until it completed
 * @param kept what stays, and why; absent until it was counted
 * @param failure why it failed; absent otherwise
 * @param seal hexadecimal SHA-256 over its ledger; absent until it completed
 * @param control what governs it beside its work
 */
public record PurgeRun(
        long id,
        PurgeScope scope,
        Instant asOf,
        PurgeStatus status,
        String startedBy,
        Instant startedAt,
        Optional<Instant> endedAt,
        String terms,
        int workerSlots,
        int chunkSize,
        int executions,
        Instant heartbeatAt,
        Optional<Due> plan,
        Progress progress,
        Optional<Long> left,
        Optional<Kept> kept,
        Optional<String> failure,
        Optional<String> seal,
        RunControl control) {

    public PurgeRun {
        Objects.requireNonNull(scope);
        Objects.requireNonNull(asOf);
        Objects.requireNonNull(status);
    }

    /** What was due when the run looked first. */
    public record Due(long copies, long bytes) {}

    /**
     * What is done.
     *
     * @param skipped due copies that were met and left: somebody had them locked, or they were no longer due
     *     at the second look
     * @param perSecond copies purged in a second of running time; 0 until there is something to measure
     * @param timeLeft estimate at that rate; absent while there is none, and when the run is not active
     */
    public record Progress(
            int slices,
            int slicesDone,
            long purgedCopies,
            long purgedBytes,
            long skipped,
            double perSecond,
            Optional<Duration> timeLeft) {}

    public long purgedCopies() {
        return progress.purgedCopies();
    }

    public long purgedBytes() {
        return progress.purgedBytes();
    }
}
