package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.mailbox.Followed;
import org.holdfast.mailbox.PlanDue;
import org.holdfast.mailbox.PlanFollower;
import org.holdfast.run.LocalPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node's clock that runs ahead of the database's moves no mailbox and erases nothing. */
class PlanDueIT {

    private static final Optional<Duration> BOUND = Optional.of(Duration.ofMinutes(5));
    private static final Optional<Duration> DEMONSTRATION = Optional.empty();
    private static final Duration KEPT = Duration.ofDays(30);

    private static LocalPostgres postgres;

    @TempDir
    static Path keys;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /** As of the database's own time, on a plan that allows one mailbox; it ends in a day. */
    private static PlanStage endingTomorrow() {
        PlanStage stage = new PlanStage(postgres, keys, "STANDARD");
        stage.bench.now = stage.bench.jdbi.withHandle(h ->
                h.createQuery("SELECT clock_timestamp()").mapTo(Instant.class).one());
        stage.mailboxes(1, false);
        stage.settle();
        stage.plan("FREE", stage.bench.now.plus(Duration.ofDays(1)), null);
        stage.settle();
        return stage;
    }

    private static Optional<Followed> step(PlanStage stage, Instant now, Optional<Duration> bound) {
        return stage.bench.jdbi.inTransaction(h -> new PlanDue(h, bound).step(now, 100));
    }

    private static List<Long> erase(PlanStage stage, Instant now, Optional<Duration> bound) {
        return stage.bench.jdbi.inTransaction(h -> new PlanDue(h, bound).erase(now, KEPT, 100));
    }

    @Test
    void whatIsDueByAJumpedClockWaitsForItsInstant() {
        PlanStage stage = endingTomorrow();
        Instant jumped = stage.bench.now.plus(Duration.ofDays(2));
        long due = stage.bench.count("policy_due WHERE due_at <= '" + jumped + "'");
        assertThat(due).isPositive();
        assertThat(step(stage, jumped, BOUND)).isEmpty();
        assertThat(stage.bench.count("mailbox WHERE state = 'ACTIVE' AND plan_stop IS NULL"))
                .isOne();
        assertThat(stage.bench.count("policy_due WHERE due_at <= '" + jumped + "'"))
                .isEqualTo(due);
        assertThat(step(stage, jumped, DEMONSTRATION)).isPresent();
        assertThat(stage.bench.count("mailbox WHERE state = 'PAUSED_BY_PLAN'")).isOne();
    }

    @Test
    void clockThatIsALittleAheadIsFollowed() {
        PlanStage stage = endingTomorrow();
        long later = stage.bench.count("policy_due");
        stage.bench.jdbi.useHandle(
                h -> h.execute("INSERT INTO policy_due (due_at) VALUES (clock_timestamp() + interval '3 minutes')"));
        assertThat(step(stage, stage.bench.now.plus(Duration.ofMinutes(4)), BOUND))
                .isPresent();
        assertThat(step(stage, stage.bench.now.plus(Duration.ofMinutes(4)), BOUND))
                .isPresent();
        assertThat(stage.bench.count("policy_due")).isEqualTo(later);
    }

    @Test
    void jumpedClockErasesNoSecret() {
        PlanStage stage = endingTomorrow();
        stage.plan("FREE");
        assertThat(stage.bench.count("mailbox WHERE plan_stopped_at IS NOT NULL AND secret IS NOT NULL"))
                .isOne();
        Instant jumped = stage.bench.now.plus(KEPT).plus(Duration.ofDays(1));
        assertThat(erase(stage, jumped, BOUND)).isEmpty();
        assertThat(stage.bench.count("mailbox WHERE secret IS NOT NULL AND secret_erased_at IS NULL"))
                .isOne();
        stage.bench.jdbi.useHandle(
                h -> h.execute("UPDATE mailbox SET plan_stopped_at = plan_stopped_at - interval '31 days'"));
        assertThat(erase(stage, stage.bench.now, BOUND)).as("really over").hasSize(1);
    }

    @Test
    void leadIsToldOnlyWhenItIsTooFar() {
        PlanStage stage = endingTomorrow();
        stage.bench.jdbi.useHandle(h -> {
            PlanDue due = new PlanDue(h, BOUND);
            assertThat(due.ahead(stage.bench.now.plus(Duration.ofMinutes(4)))).isEmpty();
            assertThat(due.ahead(stage.bench.now.minus(Duration.ofDays(900)))).isEmpty();
            assertThat(due.ahead(stage.bench.now.plus(Duration.ofHours(2)))).hasValueSatisfying(lead -> assertThat(lead)
                    .isBetween(Duration.ofMinutes(115), Duration.ofMinutes(120)));
            assertThat(new PlanDue(h, DEMONSTRATION).ahead(stage.bench.now.plus(Duration.ofDays(900))))
                    .isEmpty();
        });
    }

    @Test
    void whatAPassPausedByAJumpedClockGoesOnWhenTheClockIsRightAgain() {
        PlanStage stage = endingTomorrow();
        stage.bench.jdbi.useTransaction(h ->
                new PlanFollower(h).accounts(List.of(stage.bench.accountId), stage.bench.now.plus(Duration.ofDays(2))));
        assertThat(stage.bench.count("mailbox WHERE state = 'PAUSED_BY_PLAN'")).isOne();
        assertThat(stage.settle().resumed()).as("nothing is due").isEmpty();
        stage.bench.jdbi.useTransaction(h -> new PlanDue(h, BOUND).lookAgain(stage.bench.now));
        assertThat(stage.settle().resumed()).hasSize(1);
        assertThat(stage.bench.count("mailbox WHERE state = 'ACTIVE' AND plan_stopped_at IS NULL"))
                .isOne();
    }
}
