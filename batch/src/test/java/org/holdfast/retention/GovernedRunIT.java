package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.retention.PurgeStage.AS_OF;
import static org.holdfast.retention.PurgeStage.NOW;
import static org.holdfast.retention.PurgeStage.daysBefore;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What governs a run beside its work: its preview, the clock, the queue, the schedule, the end. */
class GovernedRunIT {

    private static final RunLimits BRAKE =
            new RunLimits(1, 100, Optional.empty(), Optional.of(5), Optional.empty(), Optional.empty());

    private static LocalPostgres postgres;

    private PurgeStage stage;

    @BeforeAll
    static void start() {
        postgres = PurgeStage.startPostgres();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() {
        stage = new PurgeStage(postgres);
    }

    // The preview ------------------------------------------------------------------------------------

    @Test
    void runThatFindsWhatItsPreviewSaysGoesAheadWithoutAsking() {
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 100, daysBefore(40));
        long preview = preview(daysBefore(1), 1, "CRM_PLUS", 100);
        stage.copies(1, 5, daysBefore(40));
        PurgeRun run = stage.run(record(preview, BRAKE), 1);
        assertThat(run.status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(run.purgedCopies()).isEqualTo(105);
        assertThat(run.control().previews()).containsExactly(preview);
        Comparison comparison = comparison(run.id());
        assertThat(comparison.expected()).isEqualTo(100);
        assertThat(comparison.due()).isEqualTo(105);
        assertThat(comparison.largest()).singleElement().satisfies(difference -> {
            assertThat(difference.reason()).isEqualTo(Difference.Reason.ARRIVED);
            assertThat(difference.arrived()).isEqualTo(5);
        });
    }

    @Test
    void runThatWouldRemoveMuchMoreThanItsPreviewRemovesNothingAndWaitsForApproval() {
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 100, daysBefore(40));
        long preview = preview(daysBefore(1), 1, "CRM_PLUS", 100);
        stage.copies(1, 6, daysBefore(40));
        long id = record(preview, BRAKE);
        PurgeRun held = stage.run(id, 1);
        assertThat(held.status()).isEqualTo(PurgeStatus.HELD);
        assertThat(held.control().reasons())
                .containsExactly(new HeldReason(HeldReason.Code.OVER_PREVIEW, 106, 105, Optional.empty()));
        assertThat(stage.count("SELECT count(*) FROM mail_copy")).isEqualTo(106);
        assertThat(stage.count("SELECT count(*) FROM ledger_entry")).isZero();
        stage.jdbi.useTransaction(h -> new RunRows(h).approve(id, "second@example.org", NOW));
        PurgeRun approved = stage.get(id);
        assertThat(approved.status()).isEqualTo(PurgeStatus.RUNNING);
        assertThat(approved.control().decidedBy()).contains("second@example.org");
        PurgeRun done = stage.run(id, approved.executions());
        assertThat(done.status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(done.purgedCopies()).isEqualTo(106);
        assertThat(stage.verify().isIntact()).isTrue();
    }

    @Test
    void cancelledRunRemovesNothingAndTheNextOneMayBegin() {
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 10, daysBefore(40));
        long id = record(preview(daysBefore(1), 1, "CRM_PLUS", 0), BRAKE);
        assertThat(stage.run(id, 1).status()).isEqualTo(PurgeStatus.HELD);
        boolean cancelled = stage.jdbi.inTransaction(h -> new RunRows(h).cancel(id, "a@example.org", NOW));
        assertThat(cancelled).isTrue();
        assertThat(stage.get(id).status()).isEqualTo(PurgeStatus.CANCELLED);
        stage.jdbi.useTransaction(h -> new RunRows(h).approve(id, "b@example.org", NOW));
        assertThat(stage.get(id).status()).isEqualTo(PurgeStatus.CANCELLED);
        assertThat(stage.run(stage.record(1, 10), 1).purgedCopies()).isEqualTo(10);
        assertThat(stage.verify().isIntact()).isTrue();
    }

    @Test
    void eachDifferenceHasItsReason() {
        Instant asked = daysBefore(10);
        for (int account = 1; account <= 6; account++) {
            stage.account(account, "CRM_PLUS");
            stage.copies(account, 10, daysBefore(40));
        }
        stage.copies(3, 4, daysBefore(30).minus(Duration.ofHours(12)));
        long preview = preview(asked, 1, "CRM_PLUS", 10);
        for (int account = 2; account <= 5; account++) {
            expect(preview, account, "CRM_PLUS", 10);
        }
        expect(preview, 6, "STANDARD", 0);
        // 1: bound since; 2: held since; 3: came of age since; 4: gone; 5: released since; 6: another plan; 7: new
        List<Long> bound = stage.ids("SELECT id FROM mail_copy WHERE account_id = 1 ORDER BY id LIMIT 3");
        for (long copy : bound) {
            stage.execute("UPDATE mail_copy SET bind_count = 1 WHERE id = ?", copy);
            stage.execute(
                    "INSERT INTO binding (copy_id, account_id, kind, reference, bound_by, bound_at)"
                            + " VALUES (?, 1, 'deal', '7', 't', ?)",
                    copy,
                    daysBefore(1));
        }
        stage.execute("UPDATE account SET hold_count = 1 WHERE id = 2");
        stage.execute(
                "INSERT INTO legal_hold (account_id, name, reason, placed_by, placed_at) VALUES (2, 'n', 'r', 't', ?)",
                daysBefore(1));
        stage.execute("DELETE FROM mail_copy WHERE id IN (SELECT id FROM mail_copy WHERE account_id = 4 LIMIT 2)");
        stage.copies(5, 2, daysBefore(45));
        stage.execute(
                "UPDATE mail_copy SET keep_until = ? WHERE account_id = 5 AND clock < ?",
                AS_OF.minusSeconds(60),
                daysBefore(44));
        stage.execute("UPDATE preview SET last_copy = (SELECT max(id) FROM mail_copy)");
        stage.account(7, "CRM_PLUS");
        stage.execute("UPDATE account SET created_at = ? WHERE id = 7", daysBefore(1));
        stage.copies(7, 1, daysBefore(40));
        stage.execute("UPDATE preview SET scope_kind = 'EVERYTHING', kind = 'DATE'");
        long run = record(
                preview, PurgeStage.request(PurgeScope.EVERYTHING, AS_OF, 1, 10).limits());
        stage.run(run, 1);
        List<Difference> found = comparison(run).largest();
        assertThat(reasonOf(found, 1)).isEqualTo(Difference.Reason.BOUND);
        assertThat(reasonOf(found, 2)).isEqualTo(Difference.Reason.HELD);
        assertThat(reasonOf(found, 3)).isEqualTo(Difference.Reason.AGED);
        assertThat(reasonOf(found, 4)).isEqualTo(Difference.Reason.GONE);
        assertThat(reasonOf(found, 5)).isEqualTo(Difference.Reason.RELEASED);
        assertThat(reasonOf(found, 6)).isEqualTo(Difference.Reason.PLAN_CHANGED);
        assertThat(reasonOf(found, 7)).isEqualTo(Difference.Reason.ACCOUNT_NEW);
        assertThat(found).hasSize(7);
    }

    @Test
    void runWithoutAStatedPreviewFindsThoseOfTheChangesSinceTheLastCompletedRun() {
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 20, daysBefore(40));
        stage.run(record(Optional.empty(), daysBefore(5), BRAKE), 1);
        long old = preview(daysBefore(9), 1, "CRM_PLUS", 0);
        long recent = preview(daysBefore(4), 1, "CRM_PLUS", 3);
        publish(old, daysBefore(8));
        publish(recent, daysBefore(1));
        stage.copies(1, 7, daysBefore(40));
        PurgeRun held = stage.run(record(Optional.empty(), AS_OF, BRAKE), 1);
        assertThat(held.control().previews()).containsExactly(recent);
        assertThat(held.status()).isEqualTo(PurgeStatus.HELD);
    }

    @Test
    void runOfSeveralChangesNamesAllTheirPreviewsAndIsHeldAgainstTheLatestForEachMailbox() {
        for (int account = 1; account <= 3; account++) {
            stage.account(account, "CRM_PLUS");
            stage.copies(account, 100, daysBefore(40));
        }
        long first = preview(daysBefore(6), 1, "CRM_PLUS", 10);
        expect(first, 2, "CRM_PLUS", 100);
        long second = preview(daysBefore(4), 1, "CRM_PLUS", 100);
        long both = preview(daysBefore(3), 3, "CRM_PLUS", 100);
        publish(first, daysBefore(2));
        publish(second, daysBefore(1));
        publish(both, daysBefore(1).plusSeconds(1));
        publish(both, daysBefore(1).plusSeconds(2));
        long free = record(Optional.empty(), AS_OF, BRAKE);
        PurgeRun run = stage.run(free, 1);
        assertThat(run.status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(run.control().previews())
                .as("two drafts of one preview name it once")
                .containsExactly(first, second, both);
        assertThat(comparison(free).expected())
                .as("of mailbox 1 the later one speaks")
                .isEqualTo(300);
        assertThat(comparison(free).mailboxes()).isZero();
    }

    @Test
    void runOfSeveralChangesIsHeldByTheSumOfTheirPreviewsAndNotByOneAlone() {
        for (int account = 1; account <= 2; account++) {
            stage.account(account, "CRM_PLUS");
            stage.copies(account, 100, daysBefore(40));
        }
        publish(preview(daysBefore(6), 1, "CRM_PLUS", 100), daysBefore(2));
        publish(preview(daysBefore(4), 2, "CRM_PLUS", 100), daysBefore(1));
        stage.copies(2, 10, daysBefore(40));
        assertThat(forecastReasons()).as("210 of 200 is five percent").isEmpty();
        stage.copies(2, 1, daysBefore(40));
        PurgeRun held = stage.run(record(Optional.empty(), AS_OF, BRAKE), 1);
        assertThat(held.status()).isEqualTo(PurgeStatus.HELD);
        assertThat(held.control().reasons())
                .containsExactly(new HeldReason(HeldReason.Code.OVER_PREVIEW, 211, 210, Optional.empty()));
        assertThat(stage.count("SELECT count(*) FROM mail_copy")).isEqualTo(211);
    }

    /** What would hold a run of everything, as the forecast tells it. */
    private List<HeldReason> forecastReasons() {
        RunRequest request = request(Optional.empty(), AS_OF, BRAKE);
        return stage.jdbi
                .inTransaction(h -> new RunPlan(h).forecast(request, NOW))
                .reasons();
    }

    @Test
    void mailboxThatWasConnectedSinceAndCopiesOfWhichNothingIsKnownAreReasonsToo() {
        stage.account(1, "CRM_PLUS");
        stage.account(2, "CRM_PLUS");
        stage.copies(1, 10, daysBefore(40));
        stage.copies(2, 10, daysBefore(40));
        long preview = preview(daysBefore(10), 1, "CRM_PLUS", 8);
        stage.execute("UPDATE preview SET scope_kind = 'EVERYTHING', scope_ref = NULL");
        stage.execute("UPDATE mailbox SET connected_at = ? WHERE id = 2", daysBefore(1));
        stage.execute("UPDATE account SET created_at = ?", daysBefore(100));
        stage.execute("UPDATE mailbox SET connected_at = ? WHERE id = 1", daysBefore(100));
        long run = record(
                preview, PurgeStage.request(PurgeScope.EVERYTHING, AS_OF, 1, 10).limits());
        stage.run(run, 1);
        assertThat(reasonOf(comparison(run).largest(), 2)).isEqualTo(Difference.Reason.MAILBOX_NEW);
        assertThat(reasonOf(comparison(run).largest(), 1))
                .as("two more are due than it said, and no reason is known")
                .isEqualTo(Difference.Reason.OTHER);
    }

    @Test
    void forecastSaysWhatTheRunDoesAndWritesNothing() {
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 100, daysBefore(40));
        long preview = preview(daysBefore(1), 1, "CRM_PLUS", 50);
        RunRequest request = request(Optional.of(preview), AS_OF, BRAKE);
        RunForecast forecast = stage.jdbi.inTransaction(h -> new RunPlan(h).forecast(request, NOW));
        assertThat(forecast.dueCopies()).isEqualTo(100);
        assertThat(forecast.plans()).singleElement().satisfies(plan -> assertThat(plan.dueCopies())
                .isEqualTo(100));
        assertThat(forecast.comparison().orElseThrow().expected()).isEqualTo(50);
        assertThat(forecast.reasons()).extracting(HeldReason::code).containsExactly(HeldReason.Code.OVER_PREVIEW);
        assertThat(stage.count("SELECT count(*) FROM purge_run")).isZero();
        assertThat(stage.count("SELECT count(*) FROM purge_difference")).isZero();
        PurgeRun run = stage.run(stage.record(request).orElseThrow(), 1);
        assertThat(run.control().reasons()).isEqualTo(forecast.reasons());
    }

    @Test
    void shareOfAnAccountBeyondItsPreviewHoldsTheRun() {
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 60, daysBefore(40));
        stage.copies(1, 40, daysBefore(1));
        RunLimits half = new RunLimits(1, 100, Optional.empty(), Optional.empty(), Optional.of(50), Optional.empty());
        PurgeRun held = stage.run(record(Optional.empty(), AS_OF, half), 1);
        assertThat(held.control().reasons())
                .containsExactly(new HeldReason(HeldReason.Code.ACCOUNT_SHARE, 60, 50, Optional.of(1L)));
        stage.jdbi.useTransaction(h -> new RunRows(h).cancel(held.id(), "t", NOW));
        long preview = preview(daysBefore(1), 1, "CRM_PLUS", 20);
        assertThat(stage.run(record(Optional.of(preview), AS_OF, half), 1).status())
                .isEqualTo(PurgeStatus.COMPLETED);
    }

    // The clock --------------------------------------------------------------------------------------

    @Test
    void instantAheadOfTheDatabaseIsHeld() {
        Instant ahead = stage.jdbi
                .withHandle(h -> h.createQuery("SELECT clock_timestamp() + interval '2 hours'")
                        .mapTo(Instant.class)
                        .one())
                .truncatedTo(java.time.temporal.ChronoUnit.MICROS);
        PurgeRun held = stage.run(record(Optional.empty(), ahead, BRAKE), 1);
        assertThat(held.status()).isEqualTo(PurgeStatus.HELD);
        assertThat(held.control().reasons()).singleElement().satisfies(reason -> {
            assertThat(reason.code()).isEqualTo(HeldReason.Code.CLOCK_AHEAD);
            assertThat(reason.found()).isBetween(110L, 121L);
        });
    }

    @Test
    void jumpOfMoreThanTheAllowedHoursIsHeldButNotTheFirstRun() {
        RunLimits jump = new RunLimits(1, 100, Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(36));
        assertThat(stage.run(record(Optional.empty(), daysBefore(10), jump), 1).status())
                .isEqualTo(PurgeStatus.COMPLETED);
        Instant within = daysBefore(10).plus(Duration.ofHours(36));
        assertThat(stage.run(record(Optional.empty(), within, jump), 1).status())
                .isEqualTo(PurgeStatus.COMPLETED);
        PurgeRun held = stage.run(record(Optional.empty(), within.plus(Duration.ofHours(37)), jump), 1);
        assertThat(held.control().reasons())
                .containsExactly(new HeldReason(HeldReason.Code.CLOCK_JUMP, 37, 36, Optional.empty()));
    }

    // The queue --------------------------------------------------------------------------------------

    @Test
    void runsThatDoNotOverlapWaitInTheOrderOfTheirPriorityAndOthersAreRefused() {
        for (int account = 1; account <= 3; account++) {
            stage.account(account, account == 3 ? "STANDARD" : "CRM_PLUS");
            stage.copies(account, 5, daysBefore(100));
        }
        long first = recordScope(PurgeScope.Kind.ACCOUNT, "1").orElseThrow();
        assertThat(stage.get(first).status()).isEqualTo(PurgeStatus.STARTING);
        assertThat(recordScope(PurgeScope.Kind.ACCOUNT, "1")).isEmpty();
        assertThat(recordScope(PurgeScope.Kind.MAILBOX, "1")).isEmpty();
        assertThat(recordScope(PurgeScope.Kind.PLAN, "CRM_PLUS")).isEmpty();
        assertThat(recordScope(PurgeScope.Kind.EVERYTHING, null)).isEmpty();
        long plan = recordScope(PurgeScope.Kind.PLAN, "STANDARD").orElseThrow();
        long mailbox = recordScope(PurgeScope.Kind.MAILBOX, "2").orElseThrow();
        assertThat(recordScope(PurgeScope.Kind.ACCOUNT, "3")).isEmpty();
        assertThat(stage.get(plan).status()).isEqualTo(PurgeStatus.QUEUED);
        assertThat(promoted()).isEmpty();
        assertThat(stage.run(first, 1).purgedCopies()).isEqualTo(5);
        assertThat(promoted()).as("the narrower scope first").contains(mailbox);
        assertThat(promoted()).isEmpty();
        assertThat(stage.run(mailbox, 1).purgedCopies()).isEqualTo(5);
        assertThat(promoted()).contains(plan);
        assertThat(stage.run(plan, 1).purgedCopies()).isEqualTo(5);
        assertThat(stage.count("SELECT count(*) FROM mail_copy")).isZero();
        assertThat(stage.verify().sealedRuns()).isEqualTo(3);
    }

    @Test
    void twoNodesThatRecordAtOnceMakeOneRun() {
        List<Callable<Optional<Long>>> tries = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tries.add(() -> recordScope(PurgeScope.Kind.EVERYTHING, null));
        }
        assertThat(PurgeStage.all(tries).stream().filter(Optional::isPresent)).hasSize(1);
    }

    // The schedule -----------------------------------------------------------------------------------

    @Test
    void timeThatHasComeIsStartedOnceByAnyNodeAndMissedOnesOnceTogether() {
        RunSchedule daily = RunSchedule.parse("02:30", "UTC").orElseThrow();
        Instant installed = Instant.parse("2024-06-01T12:00:00Z");
        assertThat(scheduled(daily, installed)).as("a new installation").isEmpty();
        Instant due = Instant.parse("2024-06-02T02:30:03Z");
        List<Callable<Optional<Long>>> nodes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            nodes.add(() -> scheduled(daily, due));
        }
        List<Long> started =
                PurgeStage.all(nodes).stream().flatMap(Optional::stream).toList();
        assertThat(started).hasSize(1);
        stage.run(started.get(0), 1);
        assertThat(scheduled(daily, due.plusSeconds(60))).isEmpty();
        Instant afterDowntime = due.plus(Duration.ofDays(4));
        long missed = scheduled(daily, afterDowntime).orElseThrow();
        stage.run(missed, 1);
        assertThat(scheduled(daily, afterDowntime.plusSeconds(60))).isEmpty();
        assertThat(stage.get(missed).control().scheduled()).isTrue();
    }

    @Test
    void nodeThatDiesBetweenTheClaimAndTheRunLosesNothing() {
        RunSchedule daily = RunSchedule.parse("02:30", "UTC").orElseThrow();
        scheduled(daily, Instant.parse("2024-06-01T12:00:00Z"));
        Instant due = Instant.parse("2024-06-02T02:30:03Z");
        try (Handle doomed = stage.jdbi.open()) {
            doomed.begin();
            assertThat(ScheduledRuns.start(doomed, daily, due, BRAKE)).isPresent();
            doomed.rollback();
        }
        assertThat(scheduled(daily, due.plusSeconds(5)))
                .as("claim and run went together")
                .isPresent();
    }

    @Test
    void scheduleWaitsForARunThatIsActiveOrHeld() {
        RunSchedule daily = RunSchedule.parse("02:30", "UTC").orElseThrow();
        scheduled(daily, Instant.parse("2024-06-01T12:00:00Z"));
        Instant due = Instant.parse("2024-06-02T02:30:03Z");
        long manual = recordScope(PurgeScope.Kind.EVERYTHING, null).orElseThrow();
        assertThat(scheduled(daily, due)).isEmpty();
        stage.run(manual, 1);
        long run = scheduled(daily, due).orElseThrow();
        stage.execute("UPDATE purge_run SET status = 'HELD', held_reason = 'x' WHERE id = ?", run);
        Instant next = due.plus(Duration.ofDays(1));
        assertThat(scheduled(daily, next)).isEmpty();
        stage.jdbi.useTransaction(h -> new RunRows(h).cancel(run, "t", NOW));
        assertThat(scheduled(daily, next)).isPresent();
    }

    @Test
    void runThatIsNotDoneWhenTheWindowClosesGoesOnInTheNextOne() throws Exception {
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 30, daysBefore(40));
        RunSchedule daily = RunSchedule.parse("02:30", "UTC").orElseThrow();
        TimeWindow window = TimeWindow.parse("02:00-06:00", "UTC");
        scheduled(daily, AS_OF.minus(Duration.ofDays(2)));
        Instant night = AS_OF.minus(Duration.ofHours(21));
        long run = scheduled(daily, night).orElseThrow();
        stage.execute("UPDATE purge_run SET chunk_size = 10");
        stage.jdbi.useTransaction(h -> new RunRows(h).plan(run, 1));
        SlotReader reader = stage.reader(new PurgeSlot(run, 1, "1"), stage.jdbi);
        stage.chunk(reader, stage.jdbi);
        assertThat(closed(window, night)).isEmpty();
        Instant morning = AS_OF.minus(Duration.ofHours(18));
        assertThat(closed(window, morning)).contains(run);
        assertThat(stage.chunk(reader, stage.jdbi)).isFalse();
        PurgeRun resting = stage.end(run, 1);
        assertThat(resting.status()).isEqualTo(PurgeStatus.STOPPED);
        assertThat(resting.purgedCopies()).isEqualTo(10);
        assertThat(resting.control().windowClosed()).isTrue();
        assertThat(opened(window, morning)).isEmpty();
        Instant next = night.plus(Duration.ofDays(1));
        assertThat(scheduled(daily, next)).as("the resting one goes first").isEmpty();
        RunPlace place = opened(window, next).orElseThrow();
        assertThat(place).isEqualTo(new RunPlace(run, 2));
        PurgeRun done = stage.run(run, 2);
        assertThat(done.status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(done.purgedCopies()).isEqualTo(30);
        assertThat(scheduled(daily, next)).as("then that night's own").isPresent();
    }

    // Workers and the end ----------------------------------------------------------------------------

    @Test
    void nodeJoinsARunUnderWayOnceAndAgainOnlyWhenItWasSilent() {
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 5, daysBefore(40));
        long run = stage.record(1, 10);
        assertThat(joinable("b")).as("not planned yet").isEmpty();
        assertThat(join(run, "a")).isTrue();
        stage.jdbi.useTransaction(h -> new RunRows(h).plan(run, 1));
        assertThat(joinable("a")).isEmpty();
        assertThat(joinable("b")).contains(new RunPlace(run, 1));
        assertThat(join(run, "b")).isTrue();
        assertThat(join(run, "b")).isFalse();
        assertThat(joinable("b")).isEmpty();
        stage.execute("UPDATE purge_worker SET seen_at = clock_timestamp() - interval '1 minute' WHERE node = 'b'");
        assertThat(joinable("b")).contains(new RunPlace(run, 1));
        assertThat(join(run, "b")).isTrue();
        assertThat(stage.run(run, 1).purgedCopies()).isEqualTo(5);
        assertThat(joinable("c")).isEmpty();
    }

    /** Even where the grace is none, it ends when the binding goes: after the run's instant. */
    @Test
    void whatIsReleasedDuringTheRunIsLeftToTheNextOne() throws Exception {
        stage.account(1, null);
        List<Long> ids = stage.copies(1, 30, daysBefore(40));
        stage.execute("UPDATE mail_copy SET bind_count = 1 WHERE id = ?", ids.get(29));
        long run = stage.record(1, 10);
        stage.jdbi.useTransaction(h -> new RunRows(h).plan(run, 1));
        SlotReader reader = stage.reader(new PurgeSlot(run, 1, "1"), stage.jdbi);
        stage.chunk(reader, stage.jdbi);
        stage.execute(
                "UPDATE mail_copy SET bind_count = 0, keep_until = ? WHERE id = ?", Timestamp.from(NOW), ids.get(29));
        while (stage.chunk(reader, stage.jdbi)) {
            assertThat(stage.get(run).status()).isEqualTo(PurgeStatus.RUNNING);
        }
        PurgeRun ended = stage.end(run, 1);
        assertThat(ended.status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(ended.left()).contains(0L);
        assertThat(stage.ids("SELECT id FROM mail_copy")).containsExactly(ids.get(29));
        Preview later =
                stage.jdbi.withHandle(h -> new PreviewQuery(h).count(PurgeScope.EVERYTHING, NOW, Optional.empty()));
        assertThat(later.due()).isEqualTo(1);
        assertThat(stage.verify().isIntact()).isTrue();
    }

    @Test
    void rateOfARunAtWorkCanBeChanged() throws Exception {
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 400, daysBefore(40));
        RunLimits slow = new RunLimits(1, 20, Optional.of(10), Optional.empty(), Optional.empty(), Optional.empty());
        long id = record(Optional.empty(), AS_OF, slow);
        join(id, NodeName.get());
        stage.execute("UPDATE purge_worker SET slots = 1");
        long began = System.nanoTime();
        CompletableFuture<PurgeRun> run = CompletableFuture.supplyAsync(() -> stage.run(id, 1));
        stage.awaitCount("SELECT coalesce(sum(purged_copies), 0) FROM purge_slice", 20);
        boolean changed = stage.jdbi.inTransaction(h -> new RunRows(h).rate(id, Optional.empty()));
        assertThat(changed).isTrue();
        assertThat(run.get(60, TimeUnit.SECONDS).purgedCopies()).isEqualTo(400);
        assertThat((System.nanoTime() - began) / 1e9)
                .as("seconds; 40 at the rate of its start")
                .isLessThan(30);
        boolean late = stage.jdbi.inTransaction(h -> new RunRows(h).rate(id, Optional.of(5)));
        assertThat(late).as("after its end").isFalse();
    }

    /** The workers' signs of life are small transactions; here each of them is made to take 0.4 s, then no longer. */
    @Test
    void runRestsWhileSmallTransactionsAreSlowAndGoesOnWhenTheyAreNot() throws Exception {
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 400, daysBefore(40));
        stage.execute("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM pg_sleep(0.4); RETURN NEW; END $$");
        stage.execute("CREATE TRIGGER slow BEFORE UPDATE ON purge_worker FOR EACH ROW EXECUTE FUNCTION slow()");
        Optional<Integer> none = Optional.empty();
        long id = record(none.map(Integer::longValue), AS_OF, new RunLimits(1, 2, none, none, none, none));
        join(id, NodeName.get());
        CompletableFuture<PurgeRun> run = CompletableFuture.supplyAsync(() -> stage.run(id, 1));
        stage.awaitCount("SELECT coalesce(max(rest_millis), 0) FROM purge_worker", 200);
        assertThat(run).as("it works all the while").isNotDone();
        stage.execute("DROP TRIGGER slow ON purge_worker");
        stage.awaitCount("SELECT count(*) FROM purge_worker WHERE rest_millis = 0", 1);
        assertThat(run.get(120, TimeUnit.SECONDS).purgedCopies()).isEqualTo(400);
    }

    @Test
    void lockThatIsGoneAtTheEndLeavesNothingAndOneThatStaysIsReported() throws Exception {
        stage.account(1, "CRM_PLUS");
        List<Long> ids = stage.copies(1, 30, daysBefore(40));
        try (Handle brief = stage.jdbi.open();
                Handle stays = stage.jdbi.open()) {
            stays.begin();
            stays.execute("SELECT 1 FROM mail_copy WHERE id = ? FOR UPDATE", ids.get(3));
            brief.begin();
            brief.execute("SELECT 1 FROM mail_copy WHERE id = ? FOR UPDATE", ids.get(20));
            Thread release = new Thread(() -> {
                while (stage.count("SELECT count(*) FROM purge_slice WHERE closing") == 0) {
                    Thread.onSpinWait();
                }
                brief.rollback();
            });
            release.start();
            PurgeRun run = stage.run(stage.record(1, 4), 1);
            release.join();
            stays.rollback();
            assertThat(run.purgedCopies()).isEqualTo(29);
            assertThat(run.left()).contains(1L);
            assertThat(run.progress().skipped()).isEqualTo(1);
        }
        PurgeRun next = stage.run(stage.record(1, 4), 1);
        assertThat(next.left()).contains(0L);
        assertThat(stage.verify().isIntact()).isTrue();
    }

    @Test
    void totalsByPlanComeFromTheLedger() {
        stage.account(1, "CRM_PLUS");
        stage.account(2, "STANDARD");
        stage.copies(1, 12, daysBefore(100));
        stage.copies(2, 7, daysBefore(100));
        long run = stage.record(2, 5);
        stage.run(run, 1);
        stage.jdbi.useTransaction(KeptCounts::count);
        RunReport report = stage.jdbi.withHandle(h -> new RunReadings(h).report(stage.get(run)));
        assertThat(report.plans())
                .extracting(PlanTotal::planCode, PlanTotal::dueCopies, plan -> plan.purgedCopies()
                        .orElseThrow())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("CRM_PLUS", 12L, 12L),
                        org.assertj.core.groups.Tuple.tuple("STANDARD", 7L, 7L));
        assertThat(report.earlier()).isEmpty();
        long second = stage.record(1, 5);
        stage.run(second, 1);
        assertThat(stage.jdbi
                        .withHandle(h -> new RunReadings(h).report(stage.get(second)))
                        .earlier()
                        .orElseThrow()
                        .id())
                .isEqualTo(run);
    }

    @Test
    void rateIsKept() {
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 300, daysBefore(40));
        RunLimits slow = new RunLimits(2, 1000, Optional.of(100), Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(slow.chunkSize()).isEqualTo(200);
        RunLimits small = new RunLimits(2, 20, Optional.of(100), Optional.empty(), Optional.empty(), Optional.empty());
        long id = record(Optional.empty(), AS_OF, small);
        join(id, NodeName.get());
        stage.execute("UPDATE purge_worker SET slots = 2");
        long began = System.nanoTime();
        PurgeRun run = stage.run(id, 1);
        double seconds = (System.nanoTime() - began) / 1e9;
        assertThat(run.purgedCopies()).isEqualTo(300);
        assertThat(300 / seconds).as("copies a second").isBetween(15.0, 115.0);
    }

    // ------------------------------------------------------------------------------------------------

    private long preview(Instant asked, long mailbox, String plan, long due) {
        stage.execute("UPDATE account SET created_at = '2015-01-01Z'");
        stage.execute("UPDATE mailbox SET connected_at = '2015-01-01Z'");
        long id = stage.jdbi.withHandle(h -> h.createQuery("INSERT INTO preview (kind, as_of, baseline_at, scope_kind,"
                        + " scope_ref, status, requested_by, requested_at, last_copy, hash) VALUES ('DATE', :asked, :asked,"
                        + " 'ACCOUNT', :scope, 'READY', 't', :asked, (SELECT coalesce(max(id), 0) FROM mail_copy),"
                        + " sha256('x')) RETURNING id")
                .bind("asked", asked)
                .bind("scope", Long.toString(mailbox))
                .mapTo(Long.class)
                .one());
        expect(id, mailbox, plan, due);
        return id;
    }

    private void expect(long preview, long mailbox, String plan, long due) {
        stage.execute(
                "INSERT INTO preview_mailbox (preview_id, mailbox_id, account_id, plan_code, due_copies, due_bytes,"
                        + " anyway_copies, anyway_bytes, kept_bound, kept_held, kept_young, kept_in_grace)"
                        + " VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0)",
                preview,
                mailbox,
                mailbox,
                plan,
                due);
    }

    private void publish(long preview, Instant effective) {
        stage.execute(
                "INSERT INTO terms_change (plan_code, effective_at, syncs, unbound_days, grace_days, status, reason,"
                        + " drafted_by, drafted_at, preview_id) VALUES ('CRM_PLUS', ?, true, 30, 7, 'PUBLISHED', 'r', 't',"
                        + " now(), ?)",
                effective,
                preview);
    }

    private static RunRequest request(Optional<Long> preview, Instant asOf, RunLimits limits) {
        return new RunRequest(PurgeScope.EVERYTHING, asOf, preview, 5, false, limits);
    }

    private long record(long preview, RunLimits limits) {
        return record(Optional.of(preview), AS_OF, limits);
    }

    private long record(Optional<Long> preview, Instant asOf, RunLimits limits) {
        return stage.record(request(preview, asOf, limits)).orElseThrow();
    }

    private Optional<Long> recordScope(PurgeScope.Kind kind, String reference) {
        PurgeRequest wanted = PurgeRequest.of(new PurgeScope(kind, reference), AS_OF, null);
        return stage.record(new RunRequest(wanted.scope(), AS_OF, Optional.empty(), wanted.place(), false, BRAKE));
    }

    private Optional<Long> promoted() {
        return stage.jdbi.inTransaction(h -> new RunQueue(h).promote());
    }

    private Optional<Long> scheduled(RunSchedule schedule, Instant now) {
        return stage.jdbi.inTransaction(h -> ScheduledRuns.start(h, schedule, now, BRAKE));
    }

    private Optional<Long> closed(TimeWindow window, Instant now) {
        return stage.jdbi.inTransaction(h -> ScheduledRuns.closeWindow(h, window, now));
    }

    private Optional<RunPlace> opened(TimeWindow window, Instant now) {
        return stage.jdbi.inTransaction(h -> ScheduledRuns.openWindow(h, window, now));
    }

    private Optional<RunPlace> joinable(String node) {
        return stage.jdbi.inTransaction(h -> new RunWorkers(h).joinable(node));
    }

    private boolean join(long run, String node) {
        return stage.jdbi.inTransaction(h -> new RunWorkers(h).join(run, 1, node, 2));
    }

    private Comparison comparison(long run) {
        return stage.jdbi.withHandle(h -> RunPreviews.recorded(h, run)).orElseThrow();
    }

    private static Difference.Reason reasonOf(List<Difference> differences, long mailbox) {
        return differences.stream()
                .filter(d -> d.mailboxId() == mailbox)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no difference in " + mailbox + ": " + differences))
                .reason();
    }
}
