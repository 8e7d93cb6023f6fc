package org.holdfast.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.holdfast.ledger.RunHeader.SliceHead;
import org.holdfast.ledger.Verification.Break;
import org.holdfast.ledger.Verification.Kind;

/**
 * Recomputes a ledger that is told to it in order: a run, its slices, each with its entries; sealed runs
 * first, in the order of their seals. Remembers one entry and the heads of one run, whatever the size.
 */
public final class LedgerVerifier {

    private long runs;
    private long sealedRuns;
    private long entries;
    private long copies;
    private long bytes;
    private LedgerHash lastSeal = LedgerHash.ZERO;
    private Break broken;

    private Run run;
    private SliceHead slice;
    private final List<SliceHead> slices = new ArrayList<>();
    private LedgerHash head;
    private int sliceEntries;
    private long sliceCopies;
    private long sliceBytes;

    /**
     * A run as recorded.
     *
     * @param sealNumber place among the sealed runs from 1; 0 if it is not sealed
     * @param previousSeal and seal: null if it is not sealed
     */
    public record Run(RunHeader header, boolean completed, long sealNumber, LedgerHash previousSeal, LedgerHash seal) {}

    /**
     * An entry as recorded, with the columns that repeat what its pack says.
     *
     * @param pack absent if the stored bytes are none
     * @param columns what the columns say
     */
    public record Stored(
            LedgerEntry.Place place,
            Instant recordedAt,
            Optional<LedgerPack> pack,
            LedgerPack.Summary columns,
            LedgerHash previous,
            LedgerHash hash) {}

    /** Begins a run; ends the one before. */
    public void run(Run next) {
        endRun();
        run = next;
        slices.clear();
        runs++;
        if (next.seal() == null) {
            check(!next.completed(), 0, 0, Kind.SEAL_BROKEN, "The run completed and has no seal");
            return;
        }
        sealedRuns++;
        check(next.completed(), 0, 0, Kind.SEAL_BROKEN, "The run has a seal and did not complete");
        check(
                next.sealNumber() == sealedRuns && next.previousSeal().equals(lastSeal),
                0,
                0,
                Kind.RUNS_BROKEN,
                "The seal does not continue that of the run sealed before it: a run is missing or was changed");
    }

    /** Begins a slice; ends the one before. */
    public void slice(SliceHead next) {
        endSlice();
        slice = next;
        slices.add(next);
        head = run.header().hash();
        sliceEntries = 0;
        sliceCopies = 0;
        sliceBytes = 0;
    }

    /** The next entry of the slice. */
    public void entry(Stored stored) {
        int number = stored.place().number();
        int expected = sliceEntries + 1;
        check(number == expected, slice.number(), expected, Kind.ENTRY_MISSING, "Entry " + expected + " is not there");
        if (broken != null) {
            return;
        }
        Optional<LedgerPack> pack = stored.pack();
        check(pack.isPresent(), slice.number(), number, Kind.ENTRY_CHANGED, "The list of copies cannot be read");
        if (broken != null) {
            return;
        }
        LedgerEntry entry = new LedgerEntry(
                run.header().runId(),
                slice.number(),
                number,
                stored.recordedAt(),
                pack.get(),
                stored.previous(),
                stored.hash());
        boolean same = entry.computedHash().equals(stored.hash());
        check(same, slice.number(), number, Kind.ENTRY_CHANGED, "The entry is not what its hash says");
        boolean follows = stored.previous().equals(head);
        check(follows, slice.number(), number, Kind.CHAIN_BROKEN, "The entry does not continue the one before it");
        LedgerPack.Summary sums = pack.get().summary();
        boolean agrees = sums.equals(stored.columns());
        check(agrees, slice.number(), number, Kind.ENTRY_CHANGED, "The entry's columns differ from its list of copies");
        if (broken == null) {
            head = stored.hash();
            sliceEntries++;
            sliceCopies += sums.copies();
            sliceBytes += sums.bytes();
            entries++;
            copies += sums.copies();
            bytes += sums.bytes();
        }
    }

    /** Whether a break was found, so that the rest need not be read. */
    public boolean isBroken() {
        return broken != null;
    }

    /** Ends the last run and says what was found. */
    public Verification finish() {
        endRun();
        run = null;
        return new Verification(
                runs,
                sealedRuns,
                entries,
                copies,
                bytes,
                lastSeal.equals(LedgerHash.ZERO) ? Optional.empty() : Optional.of(lastSeal.toString()),
                Optional.ofNullable(broken));
    }

    private void endSlice() {
        if (slice == null) {
            return;
        }
        check(
                sliceEntries >= slice.entries(),
                slice.number(),
                sliceEntries + 1,
                Kind.ENTRY_MISSING,
                "The slice recorded " + slice.entries() + " entries, and the last are not there");
        boolean agrees = sliceEntries == slice.entries()
                && sliceCopies == slice.copies()
                && sliceBytes == slice.bytes()
                && head.equals(slice.head());
        check(agrees, slice.number(), 0, Kind.SLICE_DISAGREES, "The slice's counts or head differ from its entries");
        slice = null;
    }

    private void endRun() {
        endSlice();
        if (run == null || run.seal() == null) {
            return;
        }
        LedgerHash seal = run.header().seal(run.previousSeal(), run.sealNumber(), slices);
        check(seal.equals(run.seal()), 0, 0, Kind.SEAL_BROKEN, "The seal does not follow from the run and its slices");
        if (broken == null) {
            lastSeal = run.seal();
        }
    }

    private void check(boolean holds, int inSlice, int inEntry, Kind kind, String what) {
        if (!holds && broken == null) {
            broken = new Break(run.header().runId(), inSlice, inEntry, kind, what);
        }
    }
}
