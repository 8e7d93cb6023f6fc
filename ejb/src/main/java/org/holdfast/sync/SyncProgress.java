package org.holdfast.sync;

import java.time.Instant;

/**
 * Where the synchronisation of a mailbox stands. Counts are those of the latest pass that had anything to
 * do; {@code asked = stored + vanished + quarantined + blocked} at every moment.
 *
 * @param folders that the pass has completed
 * @param originals messages at the provider in all folders when each was last completed
 * @param copies that are stored now
 * @param removed unbound copies that followed their originals
 * @param flagged copies whose flags followed
 * @param bytes of content stored by the pass
 * @param bytesPerSecond over the pass so far; 0 before anything was stored
 * @param startedAt of the pass; null before the first
 * @param endedAt of the pass; null while it runs
 * @param lastCompleted end of the last pass that saw everything; null before the first
 * @param lastError why the last try failed; null if it did not
 * @param foldersTotal that the pass goes through
 * @param moved copies that went with their originals to another folder or number
 * @param planned originals that the pass knows so far that it has to fetch
 * @param plannedBytes their announced size
 * @param secondsLeft for these at the rate so far; null if that cannot be told
 * @param waitsUntil nothing is sent to the provider before; null: nothing has to be waited for
 * @param nextStep what happens next, and what to do if somebody has to
 * @param blocked originals that the pass kept out because their senders are blocked
 */
public record SyncProgress(
        long mailboxId,
        Phase phase,
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
        Instant startedAt,
        Instant endedAt,
        Instant lastCompleted,
        String lastError,
        int foldersTotal,
        long moved,
        long planned,
        long plannedBytes,
        Long secondsLeft,
        Instant waitsUntil,
        String nextStep,
        long blocked) {

    /** What happens now. */
    public enum Phase {
        /** Nothing until the next due time. */
        IDLE,
        /** Due; a worker takes it as soon as one is free. */
        QUEUED,
        /** A worker holds its lease. */
        RUNNING
    }
}
