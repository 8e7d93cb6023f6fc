package org.holdfast.retention;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** Claims the slices of a run one after another and reads their ranges, for one worker slot. */
final class SlotReader {

    private static final Duration BEAT = Duration.ofSeconds(3);
    private static final long IDLE_MILLIS = 200;

    private final PurgeSlot slot;
    private final Jdbi jdbi;
    private final PurgeLeases leases;
    private final PurgeOrder order;
    private final String owner;
    private Optional<SliceClaim> claim = Optional.empty();
    private long lastBeat = System.nanoTime() - BEAT.toNanos();

    SlotReader(PurgeSlot slot, Jdbi jdbi, PurgeLeases leases) {
        this.slot = slot;
        this.jdbi = jdbi;
        this.leases = leases;
        order = jdbi.withHandle(h -> new RunRows(h).order(slot.run()));
        owner = NodeName.get() + "/" + slot.slot() + "/"
                + UUID.randomUUID().toString().substring(0, 8);
    }

    /**
     * The next range of a slice that this slot holds. While all that is left is in the hands of others it waits:
     * should one of them die, its slice is free when its lease is over.
     *
     * @return null when nothing is left, the run is to stop, or another execution has taken over
     */
    PurgeRange next() throws InterruptedException {
        while (true) {
            beat();
            Optional<PurgeRange> range =
                    claim.flatMap(own -> jdbi.withHandle(h -> new RangePurge(h, order).next(own, slot.execution())));
            if (range.isPresent()) {
                return range.get();
            }
            claim = leases.claim(slot.run(), slot.execution(), owner);
            if (claim.isEmpty()) {
                if (!leases.isWorkLeft(slot.run(), slot.execution())) {
                    return null;
                }
                Thread.sleep(IDLE_MILLIS);
            }
        }
    }

    private void beat() {
        if (System.nanoTime() - lastBeat >= BEAT.toNanos()) {
            leases.heartbeat(slot.run(), slot.execution());
            lastBeat = System.nanoTime();
        }
    }
}
