package org.holdfast.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class RetentionPeriodTest {

    private static final Instant NOON = Instant.parse("2019-05-31T12:00:00Z");

    @Test
    void zeroDaysAndNoLimitAreDifferent() {
        assertThat(RetentionPeriod.ofDays(0)).isNotEqualTo(RetentionPeriod.unlimited());
        assertThat(RetentionPeriod.ofDays(0).cutoff(NOON)).contains(new Cutoff(NOON));
        assertThat(RetentionPeriod.unlimited().cutoff(NOON)).isEmpty();
    }

    @Test
    void daysHave24HoursWhateverTheZoneSays() {
        // 2019-03-31 had 23 hours in Central Europe; the cut-off does not care.
        assertThat(RetentionPeriod.ofDays(1).cutoff(Instant.parse("2019-03-31T12:00:00Z")))
                .contains(new Cutoff(Instant.parse("2019-03-30T12:00:00Z")));
    }

    @Test
    void aClockAtTheCutoffIsBeyondAndAMillisecondLaterIsNot() {
        Cutoff cutoff = RetentionPeriod.ofDays(30).cutoff(NOON).orElseThrow();
        assertThat(cutoff.isBeyond(cutoff.at().minusMillis(1))).isTrue();
        assertThat(cutoff.isBeyond(cutoff.at())).isTrue();
        assertThat(cutoff.isBeyond(cutoff.at().plusMillis(1))).isFalse();
    }

    @Test
    void daysOutsideTheRangeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> RetentionPeriod.ofDays(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> RetentionPeriod.ofDays(36_501));
    }

    @Test
    void nullDaysMeanNoLimit() {
        assertThat(RetentionPeriod.ofNullableDays(null)).isEqualTo(RetentionPeriod.unlimited());
        assertThat(RetentionPeriod.ofNullableDays(60).days()).hasValue(60);
    }
}
