package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.holdfast.plan.Allowance;
import org.holdfast.plan.Entitlement;
import org.holdfast.plan.EntitlementSpan;
import org.holdfast.plan.RetentionPeriod;
import org.junit.jupiter.api.Test;

class FateTest {

    private static final Instant NOW = Instant.parse("2019-05-02T08:00:00Z");
    private static final Instant CLOCK = NOW.minus(Duration.ofDays(10));
    private static final DueRule.Facts UNBOUND = new DueRule.Facts(CLOCK, false, false, null);

    @Test
    void anUnboundCopyLeavesWhenItsDaysAreUp() {
        Fate fate = Fate.of(UNBOUND, List.of(span(NOW, 30)), NOW);
        assertThat(fate.verdict()).isEqualTo(DueRule.Verdict.YOUNG);
        assertThat(fate.leavesAt()).contains(CLOCK.plus(Duration.ofDays(30)));
    }

    @Test
    void whatFateSaysTheDueRuleConfirmsToTheMillisecond() {
        Entitlement plan = span(NOW, 30).entitlement();
        Instant leaves =
                Fate.of(UNBOUND, List.of(span(NOW, 30)), NOW).leavesAt().orElseThrow();
        assertThat(DueRule.judge(UNBOUND, plan, leaves.minusMillis(1))).isEqualTo(DueRule.Verdict.YOUNG);
        assertThat(DueRule.judge(UNBOUND, plan, leaves)).isEqualTo(DueRule.Verdict.DUE);
    }

    @Test
    void boundAndHeldCopiesNeverLeaveAsThingsStand() {
        assertThat(Fate.of(new DueRule.Facts(CLOCK, true, true, null), List.of(span(NOW, 0)), NOW))
                .extracting(Fate::verdict, Fate::leavesAt)
                .containsExactly(DueRule.Verdict.BOUND, java.util.Optional.empty());
        assertThat(Fate.of(new DueRule.Facts(CLOCK, false, true, null), List.of(span(NOW, 0)), NOW))
                .extracting(Fate::verdict, Fate::leavesAt)
                .containsExactly(DueRule.Verdict.HELD, java.util.Optional.empty());
    }

    @Test
    void aDowngradeThatIsDatedBringsTheDayForward() {
        Instant downgrade = NOW.plus(Duration.ofDays(3));
        assertThat(Fate.of(UNBOUND, List.of(span(NOW, 90), span(downgrade, 0)), NOW)
                        .leavesAt())
                .contains(downgrade);
    }

    @Test
    void anUpgradeThatIsDatedBeforeItsDayPutsItOff() {
        Instant upgrade = NOW.plus(Duration.ofDays(3));
        assertThat(Fate.of(UNBOUND, List.of(span(NOW, 30), span(upgrade, 90)), NOW)
                        .leavesAt())
                .contains(CLOCK.plus(Duration.ofDays(90)));
    }

    @Test
    void theReleaseGraceIsWaitedFor() {
        Instant grace = NOW.plus(Duration.ofDays(7));
        Fate fate = Fate.of(new DueRule.Facts(CLOCK, false, false, grace), List.of(span(NOW, 0)), NOW);
        assertThat(fate.verdict()).isEqualTo(DueRule.Verdict.IN_GRACE);
        assertThat(fate.leavesAt()).contains(grace);
    }

    @Test
    void withoutLimitItStaysUntilTermsWithOneTakeEffect() {
        Instant terms = NOW.plus(Duration.ofDays(30));
        assertThat(Fate.of(UNBOUND, List.of(span(NOW, null)), NOW).leavesAt()).isEmpty();
        assertThat(Fate.of(UNBOUND, List.of(span(NOW, null), span(terms, 30)), NOW)
                        .leavesAt())
                .contains(terms);
    }

    @Test
    void whatIsDueLeavesNow() {
        assertThat(Fate.of(UNBOUND, List.of(span(CLOCK, 5)), NOW).leavesAt()).contains(NOW);
    }

    private static EntitlementSpan span(Instant from, Integer days) {
        return new EntitlementSpan(
                from,
                new Entitlement(
                        1,
                        "STANDARD",
                        1,
                        true,
                        RetentionPeriod.ofNullableDays(days),
                        Duration.ofDays(7),
                        Allowance.ofNullable(null),
                        Allowance.ofNullable(null)));
    }
}
