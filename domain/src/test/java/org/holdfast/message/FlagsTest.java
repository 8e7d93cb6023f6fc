package org.holdfast.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlagsTest {

    @Test
    void systemFlagsAreReadInAnyCaseAndRecentIsNotKept() {
        assertThat(Flags.ofNames(List.of("\\SEEN", "\\flagged", "\\Recent", "$Work", "$Work")))
                .isEqualTo(new Flags(Flags.SEEN | Flags.FLAGGED, List.of("$Work")));
    }

    @Test
    void keywordsHaveAnOrderOfTheirOwn() {
        assertThat(new Flags(0, List.of("b", "a"))).isEqualTo(new Flags(0, List.of("a", "b")));
    }

    @Test
    void unknownBitsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Flags(32, List.of()));
    }

    @Test
    void theClockIsWhenTheOriginalWasReceivedUnlessThatIsMissingOrLaterThanTheImport() {
        Instant copied = Instant.parse("2019-04-20T08:00:00Z");
        assertThat(Copy.clockOf(copied.minusMillis(1), copied)).isEqualTo(copied.minusMillis(1));
        assertThat(Copy.clockOf(copied.plusMillis(1), copied)).isEqualTo(copied);
        assertThat(Copy.clockOf(null, copied)).isEqualTo(copied);
    }
}
