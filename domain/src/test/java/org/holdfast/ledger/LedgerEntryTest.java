package org.holdfast.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerEntryTest {

    private static final Instant NOW = Instant.parse("2024-02-29T12:00:00.123456Z");
    private static final LedgerPack PACK = LedgerPack.of(List.of(new PurgedCopy(1, 2, 3, NOW, 4, "ab".repeat(32), 5)));
    private static final LedgerPack OTHER = LedgerPack.of(List.of(new PurgedCopy(1, 2, 3, NOW, 4, "ab".repeat(32), 6)));

    @Test
    void hashCoversEveryField() {
        LedgerHash head = header("terms").hash();
        LedgerEntry entry = LedgerEntry.next(new LedgerEntry.Place(1, 2, 3), NOW, PACK, head);
        assertThat(entry.computedHash()).isEqualTo(entry.hash());
        assertThat(List.of(
                        LedgerEntry.next(new LedgerEntry.Place(9, 2, 3), NOW, PACK, head),
                        LedgerEntry.next(new LedgerEntry.Place(1, 9, 3), NOW, PACK, head),
                        LedgerEntry.next(new LedgerEntry.Place(1, 2, 9), NOW, PACK, head),
                        LedgerEntry.next(new LedgerEntry.Place(1, 2, 3), NOW.plusNanos(1000), PACK, head),
                        LedgerEntry.next(new LedgerEntry.Place(1, 2, 3), NOW, OTHER, head),
                        LedgerEntry.next(new LedgerEntry.Place(1, 2, 3), NOW, PACK, LedgerHash.ZERO)))
                .extracting(LedgerEntry::hash)
                .doesNotHaveDuplicates()
                .doesNotContain(entry.hash());
    }

    @Test
    void whatTheDatabaseCannotStoreIsNotHashed() {
        LedgerEntry.Place place = new LedgerEntry.Place(1, 1, 1);
        assertThat(LedgerEntry.next(place, NOW.plusNanos(999), PACK, LedgerHash.ZERO))
                .isEqualTo(LedgerEntry.next(place, NOW, PACK, LedgerHash.ZERO))
                .extracting(LedgerEntry::recordedAt)
                .isEqualTo(NOW);
    }

    @Test
    void sealCoversTermsPlaceAmongRunsAndEverySlice() {
        RunHeader run = header("terms");
        RunHeader.SliceHead slice = new RunHeader.SliceHead(1, 2, 30, 400, run.hash());
        LedgerHash seal = run.seal(LedgerHash.ZERO, 1, List.of(slice));
        assertThat(List.of(
                        header("other terms").seal(LedgerHash.ZERO, 1, List.of(slice)),
                        run.seal(run.hash(), 1, List.of(slice)),
                        run.seal(LedgerHash.ZERO, 2, List.of(slice)),
                        run.seal(LedgerHash.ZERO, 1, List.of()),
                        run.seal(LedgerHash.ZERO, 1, List.of(new RunHeader.SliceHead(1, 2, 31, 400, run.hash()))),
                        run.seal(LedgerHash.ZERO, 1, List.of(new RunHeader.SliceHead(1, 2, 30, 400, seal)))))
                .doesNotHaveDuplicates()
                .doesNotContain(seal);
    }

    private static RunHeader header(String terms) {
        return new RunHeader(1, NOW, "EVERYTHING", "admin@example.org", NOW, terms);
    }
}
