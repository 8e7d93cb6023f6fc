package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final Pulse UNLIMITED = new Pulse(true, Optional.empty(), 2);

    @Test
    void restsNotAtAllWithoutALimitWhileOthersAreFast() {
        Pace pace = new Pace(Optional.of(250));
        beats(pace, 20, 5);
        assertThat(pace.restMillis(2000, 0)).isZero();
        assertThat(pace.report()).isEqualTo(new Pace.Report(5, 0));
    }

    @Test
    void slowTransactionsMakeItRestLongerAndLongerAndFastOnesLetItRecover() {
        Pace pace = new Pace(Optional.of(250));
        beats(pace, 5, 400);
        long rest = pace.report().restMillis();
        assertThat(rest).isGreaterThan(1000);
        beats(pace, 20, 400);
        assertThat(pace.report().restMillis()).isEqualTo(10_000);
        beats(pace, 20, 5);
        assertThat(pace.report().restMillis()).isZero();
    }

    @Test
    void oneSlowBeatIsNoReasonToRest() {
        Pace pace = new Pace(Optional.of(250));
        beats(pace, 4, 5);
        beats(pace, 1, 5000);
        assertThat(pace.report().restMillis()).isZero();
    }

    @Test
    void sharesTheRateBetweenAllSlots() {
        Pace pace = new Pace(Optional.empty());
        pace.beat(1, new Pulse(true, Optional.of(1000), 4));
        assertThat(pace.restMillis(500, 0)).isEqualTo(2000);
        assertThat(pace.restMillis(500, 1500)).isEqualTo(500);
        assertThat(pace.restMillis(500, 3000)).isZero();
    }

    @Test
    void neverYieldsWhenThatIsOff() {
        Pace pace = new Pace(Optional.empty());
        beats(pace, 10, 60_000);
        assertThat(pace.restMillis(1, 0)).isZero();
    }

    private static void beats(Pace pace, int count, long millis) {
        for (int i = 0; i < count; i++) {
            pace.beat(millis, UNLIMITED);
        }
    }
}
