package org.holdfast.retention;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;

/** Claims the slices of a run one after another and reads their ranges, for one worker slot. */
final class SlotReader {

    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final long IDLE_MILLIS = 200;

    private final PurgeSlot slot;
    private final Jdbi jdbi;
    private final PurgeLeases leases;
    private final PurgeOrder order;
    private final String owner;
    private final Pace pace = Pace.configured();
    private Optional<SliceClaim> claim = Optional.empty();
    private long lastBeat = System.nanoTime() - BEAT.toNanos();
    private long lastRead = System.nanoTime();
    private int lastCopies;

    SlotReader(PurgeSlot slot, Jdbi jdbi, PurgeLeases leases) {
        this.slot = slot;
        this.jdbi = jdbi;
        this.leases = leases;
        order = jdbi.withHandle(h -> new RunRows(h).order(slot.run()));
        owner = NodeName.get() + "/" + slot.slot() + "/"
                + UUID.randomUUID().toString().substring(0, 8);
    }

    /**
     * The next range of a slice that this slot holds, after the rest that the run's rate and the needs of others
     * ask for. While all that is left is in the hands of others it waits: should one of them die, its slice is free
     * when its lease is over.
     *
     * @return null when nothing is left, the run is to stop, or another execution has taken over
     */
    PurgeRange next() throws InterruptedException {
        beat();
        rest();
        while (true) {
            beat();
            Optional<PurgeRange> range =
                    claim.flatMap(own -> jdbi.withHandle(h -> new RangePurge(h, order).next(own, slot.execution())));
            if (range.isPresent()) {
                lastRead = System.nanoTime();
                lastCopies = range.get().candidates();
                return range.get();
            }
            claim = leases.claim(slot.run(), slot.execution(), owner);
            if (claim.isEmpty()) {
                if (!leases.isWorkLeft(slot.run(), slot.execution()) && !leases.close(slot.run(), slot.execution())) {
                    return null;
                }
                Thread.sleep(IDLE_MILLIS);
            }
        }
    }

    /** Nothing was read yet in this transaction, so that nobody waits for what this slot would hold. */
    private void rest() throws InterruptedException {
        while (pace.isRunning()) {
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastRead);
            long left = pace.restMillis(lastCopies, took);
            if (left <= 0) {
                return;
            }
            Thread.sleep(Math.min(IDLE_MILLIS, left));
            beat();
        }
    }

    private void beat() {
        if (System.nanoTime() - lastBeat >= BEAT.toNanos()) {
            lastBeat = System.nanoTime();
            Pulse pulse = leases.beat(slot, pace.report(), claim);
            pace.beat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastBeat), pulse);
        }
    }
}
