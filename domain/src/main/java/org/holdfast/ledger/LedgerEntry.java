package org.holdfast.ledger;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One entry: the copies of one chunk, chained to the entry before in its slice.
 *
 * @param number from 1, without gaps
 * @param recordedAt to the microsecond
 * @param previous hash of the entry before; of the first entry: the hash of the run's header
 */
public record LedgerEntry(
        long runId, int slice, int number, Instant recordedAt, LedgerPack pack, LedgerHash previous, LedgerHash hash) {

    /** The entry that follows a head of the chain. */
    public static LedgerEntry next(Place place, Instant now, LedgerPack pack, LedgerHash head) {
        Instant at = now.truncatedTo(ChronoUnit.MICROS);
        LedgerEntry open = new LedgerEntry(place.runId(), place.slice(), place.number(), at, pack, head, null);
        return new LedgerEntry(place.runId(), place.slice(), place.number(), at, pack, head, open.computedHash());
    }

    /** Where an entry stands. */
    public record Place(long runId, int slice, int number) {}

    /** SHA-256 over the hash before, place, time and pack; equals {@link #hash()} if nothing was changed. */
    public LedgerHash computedHash() {
        return new LedgerHash.Builder("holdfast-entry-1")
                .hash(previous)
                .number(runId)
                .number(slice)
                .number(number)
                .instant(recordedAt)
                .bytes(pack.bytes())
                .build();
    }
}
