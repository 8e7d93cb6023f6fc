package org.holdfast.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubscriptionTimelineTest {

    private static final Instant T0 = Instant.parse("2019-01-01T00:00:00Z");
    private static final Instant T1 = Instant.parse("2019-06-01T00:00:00Z");
    private static final Instant T2 = Instant.parse("2019-09-01T00:00:00Z");
    private static final Subscription.Recorded BEFORE = new Subscription.Recorded("a", T0, "first");
    private static final Subscription.Recorded NOW = new Subscription.Recorded("b", T0.plusSeconds(1), "change");

    @Test
    void anOpenChangeShortensTheOpenRowBeforeIt() {
        Subscription old = row("STANDARD", T0, null);
        SubscriptionTimeline timeline = lay(row("FREE", T1, null), old);
        assertThat(timeline.superseded()).containsExactly(old);
        assertThat(words(timeline)).containsExactly("STANDARD " + T0 + " " + T1, "FREE " + T1 + " open");
    }

    @Test
    void aChangeWithAnEndLeavesTheRestOnBothSides() {
        SubscriptionTimeline timeline = lay(row("DEMO", T1, T2), row("STANDARD", T0, null));
        assertThat(words(timeline))
                .containsExactly("STANDARD " + T0 + " " + T1, "DEMO " + T1 + " " + T2, "STANDARD " + T2 + " open");
    }

    @Test
    void whatOnlyTouchesStaysAsItIs() {
        SubscriptionTimeline timeline = lay(row("NFR", T1, T2), row("DEMO", T0, T1), row("FREE", T2, null));
        assertThat(timeline.superseded()).isEmpty();
        assertThat(words(timeline)).containsExactly("NFR " + T1 + " " + T2);
    }

    @Test
    void whatIsCoveredWhollyIsSupersededWithoutARest() {
        Subscription future = row("NFR", T1, T2);
        SubscriptionTimeline timeline = lay(row("FREE", T0, null), future);
        assertThat(timeline.superseded()).containsExactly(future);
        assertThat(words(timeline)).containsExactly("FREE " + T0 + " open");
    }

    private static SubscriptionTimeline lay(Subscription change, Subscription... present) {
        return SubscriptionTimeline.lay(change, List.of(present), NOW);
    }

    private static Subscription row(String plan, Instant from, Instant until) {
        return new Subscription(1, plan, from, until, BEFORE);
    }

    private static List<String> words(SubscriptionTimeline timeline) {
        return timeline.recorded().stream()
                .map(s -> s.planCode() + " " + s.validFrom() + " "
                        + s.validUntil().map(Instant::toString).orElse("open"))
                .toList();
    }
}
