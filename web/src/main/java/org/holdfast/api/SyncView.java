package org.holdfast.api;

import java.time.Instant;
import java.util.Optional;
import org.holdfast.sync.SyncProgress;

/**
 * How far the synchronisation of a mailbox is; see {@link SyncProgress} for the counts.
 *
 * @param originals messages at the provider
 * @param copies messages stored here
 */
public record SyncView(
        String mailboxId,
        SyncProgress.Phase phase,
        int folders,
        long originals,
        long copies,
        long asked,
        long stored,
        long vanished,
        long quarantined,
        long removed,
        long flagged,
        long bytes,
        double bytesPerSecond,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt,
        Optional<Instant> lastCompleted,
        Optional<String> lastError,
        int foldersTotal,
        long moved,
        long planned,
        long plannedBytes,
        Optional<Long> secondsLeft,
        Optional<Instant> waitsUntil,
        String nextStep,
        long blocked) {

    static SyncView of(SyncProgress progress) {
        return new SyncView(
                Id.of(progress.mailboxId()),
                progress.phase(),
                progress.folders(),
                progress.originals(),
                progress.copies(),
                progress.asked(),
                progress.stored(),
                progress.vanished(),
                progress.quarantined(),
                progress.removed(),
                progress.flagged(),
                progress.bytes(),
                progress.bytesPerSecond(),
                Optional.ofNullable(progress.startedAt()),
                Optional.ofNullable(progress.endedAt()),
                Optional.ofNullable(progress.lastCompleted()),
                Optional.ofNullable(progress.lastError()),
                progress.foldersTotal(),
                progress.moved(),
                progress.planned(),
                progress.plannedBytes(),
                Optional.ofNullable(progress.secondsLeft()),
                Optional.ofNullable(progress.waitsUntil()),
                progress.nextStep(),
                progress.blocked());
    }
}
