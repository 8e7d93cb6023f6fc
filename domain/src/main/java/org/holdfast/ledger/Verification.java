package org.holdfast.ledger;

import java.util.Optional;

/**
 * What a reading of the whole ledger found.
 *
 * @param runs runs with a plan; sealed ones and others
 * @param sealedRuns runs that completed
 * @param entries and copies, bytes: what was read and agreed, up to the first break
 * @param lastSeal seal of the latest sealed run in hexadecimal: noted elsewhere, it proves later that nothing
 *     up to here was rewritten; absent when no run is sealed
 * @param firstBreak where the ledger stops being true; absent when it is intact
 */
public record Verification(
        long runs,
        long sealedRuns,
        long entries,
        long copies,
        long bytes,
        Optional<String> lastSeal,
        Optional<Break> firstBreak) {

    public boolean isIntact() {
        return firstBreak.isEmpty();
    }

    /**
     * The first thing that does not agree.
     *
     * @param slice 0 if it concerns the run as a whole
     * @param entry 0 if it concerns the slice as a whole
     * @param what one sentence for a person
     */
    public record Break(long runId, int slice, int entry, Kind kind, String what) {}

    /** In which way the ledger is broken. */
    public enum Kind {
        /** An entry's content is not what its hash says. */
        ENTRY_CHANGED,
        /** An entry does not continue the one before it. */
        CHAIN_BROKEN,
        /** A number is missing in the sequence of entries. */
        ENTRY_MISSING,
        /** The slice has recorded more, or others, than its entries say. */
        SLICE_DISAGREES,
        /** The seal of a completed run does not follow from its slices. */
        SEAL_BROKEN,
        /** The seals of the runs do not follow from one another. */
        RUNS_BROKEN
    }
}
