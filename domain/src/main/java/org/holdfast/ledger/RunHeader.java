package org.holdfast.ledger;

import java.time.Instant;
import java.util.List;

/**
 * What is fixed when a run starts; its hash begins every chain of the run.
 *
 * @param asOf and startedAt: to the microsecond
 * @param scope as text
 * @param terms the plan terms in force, as recorded
 */
public record RunHeader(long runId, Instant asOf, String scope, String startedBy, Instant startedAt, String terms) {

    /** Where the chains of this run begin. */
    public LedgerHash hash() {
        return new LedgerHash.Builder("holdfast-run-1")
                .number(runId)
                .instant(asOf)
                .text(scope)
                .text(startedBy)
                .instant(startedAt)
                .text(terms)
                .build();
    }

    /**
     * The seal of the completed run.
     *
     * @param previous seal of the run that was sealed before; {@link LedgerHash#ZERO} for the first
     * @param number the run's place among the sealed ones, from 1
     * @param slices every slice in order
     */
    public LedgerHash seal(LedgerHash previous, long number, List<SliceHead> slices) {
        LedgerHash.Builder seal = new LedgerHash.Builder("holdfast-seal-1")
                .hash(previous)
                .number(number)
                .hash(hash())
                .number(slices.size());
        for (SliceHead slice : slices) {
            seal.number(slice.number())
                    .number(slice.entries())
                    .number(slice.copies())
                    .number(slice.bytes())
                    .hash(slice.head());
        }
        return seal.build();
    }

    /** What a slice says of itself: how many entries and copies it wrote, and the hash of its last entry. */
    public record SliceHead(int number, int entries, long copies, long bytes, LedgerHash head) {}
}
