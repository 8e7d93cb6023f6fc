package org.holdfast.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LedgerPackTest {

    private static PurgedCopy copy(Random random, long id) {
        byte[] hash = new byte[32];
        random.nextBytes(hash);
        return new PurgedCopy(
                id,
                1 + random.nextInt(1000),
                1 + random.nextInt(100_000),
                Instant.EPOCH.plus(random.nextLong(-2_000_000_000_000_000L, 4_000_000_000_000_000L), ChronoUnit.MICROS),
                random.nextLong(0, 1L << 40),
                HexFormat.of().formatHex(hash),
                1 + random.nextInt(50));
    }

    private static List<PurgedCopy> copies(Random random, int count) {
        List<PurgedCopy> copies = new ArrayList<>();
        long id = 0;
        for (int i = 0; i < count; i++) {
            id += 1 + random.nextInt(1000);
            copies.add(copy(random, id));
        }
        return copies;
    }

    @Test
    void everyFieldComesBackWhateverTheOrderThatCopiesWereGivenIn() {
        long seed = System.nanoTime();
        System.out.println("LedgerPackTest seed " + seed);
        Random random = new Random(seed);
        for (int count : new int[] {1, 2, 127, 128, 129, 2000}) {
            List<PurgedCopy> copies = copies(random, count);
            List<PurgedCopy> shuffled = new ArrayList<>(copies);
            Collections.shuffle(shuffled, random);
            LedgerPack pack = LedgerPack.read(LedgerPack.of(shuffled).bytes());
            assertThat(pack.copies()).isEqualTo(copies);
            assertThat(pack.summary())
                    .isEqualTo(new LedgerPack.Summary(
                            count,
                            copies.stream().mapToLong(PurgedCopy::sizeBytes).sum(),
                            copies.stream()
                                    .mapToLong(PurgedCopy::accountId)
                                    .min()
                                    .getAsLong(),
                            copies.stream()
                                    .mapToLong(PurgedCopy::accountId)
                                    .max()
                                    .getAsLong(),
                            copies.get(0).copyId(),
                            copies.get(count - 1).copyId()));
        }
    }

    @Test
    void layoutIsAsDocumented() {
        PurgedCopy first = new PurgedCopy(300, 5, 7, Instant.EPOCH.plusNanos(2000), 10, "ab".repeat(32), 3);
        PurgedCopy second = new PurgedCopy(301, 4, 7, Instant.EPOCH.plusNanos(1000), 0, "cd".repeat(32), 3);
        assertThat(HexFormat.of()
                        .formatHex(LedgerPack.of(List.of(first, second)).bytes()))
                .isEqualTo("01" + "02" + "ac02" + "0a" + "0e" + "04" + "06" + "0a" + "ab".repeat(32) + "01" + "01"
                        + "00" + "01" + "00" + "00" + "cd".repeat(32));
    }

    @Test
    void findsWhatItNamesAndNothingElse() {
        List<PurgedCopy> copies = copies(new Random(7), 500);
        LedgerPack pack = LedgerPack.of(copies);
        assertThat(copies).allSatisfy(c -> assertThat(pack.find(c.copyId())).contains(c));
        long beyond = copies.stream()
                        .max(Comparator.comparingLong(PurgedCopy::copyId))
                        .orElseThrow()
                        .copyId()
                + 1;
        assertThat(pack.find(beyond)).isEmpty();
        assertThat(pack.find(0)).isEmpty();
    }

    @Test
    void refusesNoneTwiceTheSameAndWhatIsNotAWholePack() {
        PurgedCopy one = copy(new Random(1), 9);
        byte[] whole = LedgerPack.of(List.of(one)).bytes();
        assertThatThrownBy(() -> LedgerPack.of(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LedgerPack.of(List.of(one, one))).hasMessageContaining("named twice");
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> LedgerPack.read(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> LedgerPack.read(Arrays.copyOf(whole, whole.length + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
