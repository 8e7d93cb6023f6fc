package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.holdfast.retention.PurgeStage.AS_OF;
import static org.holdfast.retention.PurgeStage.daysBefore;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.holdfast.ledger.LedgerRecord;
import org.holdfast.ledger.LedgerSearch;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PurgeIT {

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

    @Test
    void whatAnUpgradeSinceTheRunsInstantPromisesIsNotPurged() {
        PurgeStage stage = new PurgeStage(postgres);
        stage.account(1, null);
        stage.account(2, null);
        stage.copies(1, 5, daysBefore(40));
        stage.copies(2, 5, daysBefore(40));
        stage.execute(
                "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                        + " VALUES (1, 'PROFESSIONAL', ?, ?, 't', 'upgrade')",
                AS_OF.plusSeconds(60),
                AS_OF.plusSeconds(60));
        Preview dryRun = stage.jdbi.withHandle(h ->
                new PreviewQuery(h).count(PurgeScope.EVERYTHING, AS_OF, Optional.empty(), Optional.of(PurgeStage.NOW)));
        PurgeRun run = stage.run(stage.record(2, 100), 1);
        assertThat(run.purgedCopies()).isEqualTo(5).isEqualTo(dryRun.due());
        assertThat(dryRun.kept()).isEqualTo(new Kept(0, 0, 5, 0));
        assertThat(run.left()).contains(0L);
        assertThat(stage.ids("SELECT DISTINCT account_id FROM mail_copy")).containsExactly(1L);
    }

    @Test
    void goesAtTheCutoffAndStaysAMillisecondAfterIt() {
        stage.account(1, "CRM_PLUS");
        List<Long> due = new ArrayList<>(stage.copies(1, 1, daysBefore(30)));
        due.addAll(stage.copies(1, 1, daysBefore(30).minusMillis(1)));
        List<Long> young = stage.copies(1, 1, daysBefore(30).plusMillis(1));
        assertThat(stage.run(stage.record(1, 10), 1).status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(stage.named()).isEqualTo(sorted(due));
        assertThat(stage.ids("SELECT id FROM mail_copy ORDER BY id")).isEqualTo(young);
    }

    @Test
    void purgesExactlyWhatIsDueAndNamesEachOnce() {
        String[] plans = {null, "CRM_PLUS", "STANDARD", "PROFESSIONAL", "NFR"};
        for (int account = 1; account <= 20; account++) {
            stage.account(account, plans[account % plans.length]);
            stage.copies(account, 20 + account, AS_OF.minusSeconds(60));
            stage.copies(account, 30, daysBefore(45));
            stage.copies(account, 10, daysBefore(100));
        }
        List<Long> all = stage.ids("SELECT id FROM mail_copy ORDER BY id");
        Preview preview = preview();
        PurgeRun run = stage.run(stage.record(2, 17), 1);
        assertThat(run.status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(run.plan()).contains(new PurgeRun.Due(preview.due(), preview.dueBytes()));
        assertThat(run.purgedCopies()).isEqualTo(preview.due()).isPositive();
        assertThat(run.purgedBytes()).isEqualTo(preview.dueBytes());
        assertThat(run.progress().skipped()).isZero();
        List<Long> left = stage.ids("SELECT id FROM mail_copy ORDER BY id");
        List<Long> together = new ArrayList<>(stage.named());
        together.addAll(left);
        assertThat(sorted(together)).isEqualTo(all);
        assertThat(stage.ids("SELECT copy_id FROM mail_content ORDER BY copy_id"))
                .isEqualTo(left);
        assertThat(preview().due()).isZero();
        assertThat(stage.verify().isIntact()).isTrue();
        assertThat(stage.verify().copies()).isEqualTo(preview.due());
        assertThat(run.progress().slicesDone())
                .isEqualTo(run.progress().slices())
                .isGreaterThan(1);
    }

    @Test
    void boundHeldInGraceAndUnlimitedStay() {
        stage.account(1, "CRM_PLUS");
        stage.account(2, "CRM_PLUS");
        stage.account(3, "CRM_PLUS");
        List<Long> ids = stage.copies(1, 6, daysBefore(40));
        stage.copies(2, 3, daysBefore(40));
        stage.copies(3, 3, daysBefore(40));
        stage.execute("UPDATE mail_copy SET bind_count = 2 WHERE id = ?", ids.get(0));
        stage.execute("UPDATE mail_copy SET hold_count = 1 WHERE id = ?", ids.get(1));
        stage.execute("UPDATE mail_copy SET keep_until = ? WHERE id = ?", AS_OF.plusMillis(1), ids.get(2));
        stage.execute("UPDATE mail_copy SET keep_until = ? WHERE id = ?", AS_OF, ids.get(3));
        stage.execute("UPDATE account SET hold_count = 1 WHERE id = 2");
        stage.execute("UPDATE mailbox SET hold_count = 1 WHERE id = 3");
        PurgeRun run = stage.run(stage.record(1, 100), 1);
        assertThat(stage.named()).isEqualTo(ids.subList(3, 6));
        assertThat(run.status()).isEqualTo(PurgeStatus.COMPLETED);
        stage.jdbi.useTransaction(KeptCounts::count);
        assertThat(stage.get(run.id()).kept()).contains(new Kept(1, 7, 0, 1));
    }

    @Test
    void nothingIsDueBeforeTheTermsOf2019() {
        stage.account(1, null);
        stage.copies(1, 5, Instant.parse("2010-01-01T00:00:00Z"));
        Instant before = Instant.parse("2019-04-30T23:59:59.999Z");
        long run = stage.record(PurgeStage.request(PurgeScope.EVERYTHING, before, 1, 10))
                .orElseThrow();
        assertThat(stage.run(run, 1).status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(stage.count("SELECT count(*) FROM mail_copy")).isEqualTo(5);
        assertThat(stage.run(stage.record(1, 10), 1).purgedCopies()).isEqualTo(5);
    }

    @Test
    void scopeIsNotLeft() {
        for (int account = 1; account <= 3; account++) {
            stage.account(account, account == 3 ? "STANDARD" : "CRM_PLUS");
            stage.copies(account, 5, daysBefore(70));
        }
        stage.run(stage.record(new PurgeScope(PurgeScope.Kind.ACCOUNT, "1"), 1, 10), 1);
        assertThat(stage.ids("SELECT DISTINCT account_id FROM mail_copy ORDER BY 1"))
                .containsExactly(2L, 3L);
        stage.run(stage.record(new PurgeScope(PurgeScope.Kind.MAILBOX, "2"), 1, 10), 1);
        assertThat(stage.ids("SELECT DISTINCT account_id FROM mail_copy ORDER BY 1"))
                .containsExactly(3L);
        stage.run(stage.record(new PurgeScope(PurgeScope.Kind.PLAN, "CRM_PLUS"), 1, 10), 1);
        assertThat(stage.count("SELECT count(*) FROM mail_copy")).isEqualTo(5);
        assertThat(stage.verify().sealedRuns()).isEqualTo(3);
    }

    @Test
    void originalThatArithmeticDoesNotKeepAwayLeavesATombstone() {
        stage.account(1, "CRM_PLUS");
        List<Long> ids = stage.copies(1, 3, daysBefore(40));
        stage.execute("UPDATE mail_copy SET received_at = NULL WHERE id = ?", ids.get(0));
        stage.execute("UPDATE mail_copy SET received_at = copied_at + interval '1 day' WHERE id = ?", ids.get(1));
        long run = stage.record(1, 10);
        stage.run(run, 1);
        assertThat(stage.ids("SELECT uid FROM purged_original WHERE folder_id = 1 AND uid_validity = 1 AND run_id = "
                        + run + " ORDER BY uid"))
                .containsExactly(1L, 2L);
    }

    @Test
    void copyThatIsLockedIsMetAgainAtTheEndOrReportedAsLeft() throws Exception {
        stage.account(1, "CRM_PLUS");
        List<Long> ids = stage.copies(1, 30, daysBefore(40));
        try (Handle other = stage.jdbi.open()) {
            other.begin();
            other.execute("SELECT 1 FROM mail_copy WHERE id IN (?, ?) FOR UPDATE", ids.get(3), ids.get(20));
            PurgeRun run = stage.run(stage.record(1, 4), 1);
            other.rollback();
            assertThat(run.status()).isEqualTo(PurgeStatus.COMPLETED);
            assertThat(run.purgedCopies()).isEqualTo(28);
            assertThat(run.progress().skipped()).isEqualTo(2);
            List<SliceProgress> met = stage.jdbi.withHandle(h -> new RunReadings(h).slices(run.id())).stream()
                    .filter(slice -> slice.skippedCopies() > 0)
                    .toList();
            assertThat(met).as("two slices, and the turn at the end").hasSize(3);
            assertThat(met).extracting(SliceProgress::sweep).containsOnly(2);
            assertThat(met).extracting(SliceProgress::skippedCopies).containsExactly(1L, 1L, 2L);
        }
        PurgeRun next = stage.run(stage.record(1, 4), 1);
        assertThat(next.purgedCopies()).isEqualTo(2);
        assertThat(stage.verify().isIntact()).isTrue();
    }

    @Test
    void accountWhosePlanIsBeingChangedIsLeftAlone() {
        stage.account(1, "CRM_PLUS");
        stage.account(2, "CRM_PLUS");
        stage.copies(1, 5, daysBefore(40));
        stage.copies(2, 5, daysBefore(40));
        try (Handle other = stage.jdbi.open()) {
            other.begin();
            other.execute("UPDATE account SET policy_version = policy_version + 1 WHERE id = 1");
            PurgeRun run = stage.run(stage.record(1, 100), 1);
            other.rollback();
            assertThat(run.purgedCopies()).isEqualTo(5);
            assertThat(run.progress().skipped()).isEqualTo(5);
        }
        assertThat(stage.ids("SELECT DISTINCT account_id FROM mail_copy")).containsExactly(1L);
    }

    @Test
    void ledgerAnswersWhenByWhichTermsAndInWhichRunACopyWent() {
        stage.account(1, "STANDARD");
        List<Long> ids = stage.copies(1, 25, daysBefore(61));
        long run = stage.record(1, 10);
        stage.run(run, 1);
        for (long id : ids) {
            LedgerRecord found =
                    stage.jdbi.inTransaction(h -> new LedgerSearch(h).find(id)).orElseThrow();
            assertThat(found.runId()).isEqualTo(run);
            assertThat(found.asOf()).isEqualTo(AS_OF);
            assertThat(found.planCode()).isEqualTo("STANDARD");
            assertThat(found.copy().copyId()).isEqualTo(id);
            assertThat(found.copy().accountId()).isEqualTo(1);
            assertThat(Duration.between(found.copy().clock(), AS_OF)).isGreaterThanOrEqualTo(Duration.ofDays(61));
        }
        Optional<LedgerRecord> unknown = stage.jdbi.inTransaction(h -> new LedgerSearch(h).find(999_999));
        assertThat(unknown).isEmpty();
    }

    @Test
    void oneRunAtATimeAndAStoppedOneGoesOnWhereItWas() throws Exception {
        stage.account(1, "CRM_PLUS");
        stage.copies(1, 50, daysBefore(40));
        long run = stage.record(1, 10);
        assertThat(stage.record(PurgeStage.request(PurgeScope.EVERYTHING, AS_OF, 1, 1)))
                .isEmpty();
        stage.jdbi.useTransaction(h -> new RunRows(h).plan(run, 1));
        SlotReader reader = stage.reader(new PurgeSlot(run, 1, "1"), stage.jdbi);
        assertThat(stage.chunk(reader, stage.jdbi)).isTrue();
        stage.jdbi.useTransaction(h -> new RunRows(h).stop(run));
        assertThat(stage.chunk(reader, stage.jdbi)).isFalse();
        assertThat(stage.end(run, 1).status()).isEqualTo(PurgeStatus.STOPPED);
        assertThat(stage.get(run).purgedCopies()).isEqualTo(10);
        assertThat(stage.verify().isIntact()).isTrue();
        int execution =
                stage.jdbi.inTransaction(h -> new RunRows(h).restart(run)).orElseThrow();
        assertThat(stage.run(run, execution).status()).isEqualTo(PurgeStatus.COMPLETED);
        assertThat(stage.get(run).purgedCopies()).isEqualTo(50);
        assertThat(stage.verify().sealedRuns()).isEqualTo(1);
        Optional<Integer> again = stage.jdbi.inTransaction(h -> new RunRows(h).restart(run));
        assertThat(again).isEmpty();
    }

    private Preview preview() {
        return stage.jdbi.withHandle(h -> new PreviewQuery(h).count(PurgeScope.EVERYTHING, AS_OF, Optional.empty()));
    }

    private static List<Long> sorted(List<Long> ids) {
        List<Long> sorted = new ArrayList<>(ids);
        Collections.sort(sorted);
        return sorted;
    }

    /**
     * Between the look and the lock a copy is bound, or bound and released with a grace, or its mailbox is held: the
     * lock judges it anew. What is looked at is slowed down, so that the others are done before it is locked.
     */
    @Test
    void whatIsBoundOrReleasedWhileTheStatementRunsStays() throws Exception {
        for (long account = 1; account <= 20; account++) {
            stage.account(account, "CRM_PLUS");
        }
        List<Long> ids = stage.copies(1, 3, daysBefore(40));
        for (long account = 2; account <= 20; account++) {
            stage.copies(account, 3, daysBefore(40));
        }
        stage.execute("ALTER FUNCTION purge_terms RENAME TO purge_terms_quick");
        stage.execute(
                "CREATE FUNCTION purge_terms(accounts bigint[], as_of timestamptz, today timestamptz) RETURNS TABLE"
                        + " (account_id bigint, plan_code text, terms_id bigint, unbound_days integer, hold_count integer,"
                        + " keep_until timestamptz) LANGUAGE plpgsql ROWS 10000 AS $$ BEGIN PERFORM pg_sleep(1);"
                        + " RETURN QUERY SELECT * FROM purge_terms_quick(accounts, as_of, today); END $$");
        long run = stage.record(1, 100);
        CompletableFuture<PurgeRun> purge = CompletableFuture.supplyAsync(() -> stage.run(run, 1));
        stage.awaitCount(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()",
                1);
        stage.execute("UPDATE mail_copy SET bind_count = 1 WHERE id IN (?, ?)", ids.get(0), ids.get(1));
        stage.execute(
                "UPDATE mail_copy SET bind_count = 0, keep_until = ? WHERE id = ?",
                java.sql.Timestamp.from(AS_OF.plusSeconds(60)),
                ids.get(1));
        assertThat(purge.get(30, TimeUnit.SECONDS).purgedCopies()).isEqualTo(58);
        assertThat(stage.ids("SELECT id FROM mail_copy ORDER BY 1")).isEqualTo(ids.subList(0, 2));
    }

    /** Many accounts in a chunk are held still by one lock; while it is not to be had, row by row. */
    @Test
    void oneOfManyAccountsWhosePlanIsBeingChangedIsLeftAloneAndItsChangeWaitsForTheChunk() throws Exception {
        for (long account = 1; account <= 20; account++) {
            stage.account(account, "CRM_PLUS");
            stage.copies(account, 2, daysBefore(40));
        }
        try (Handle other = stage.jdbi.open()) {
            other.begin();
            other.execute("UPDATE account SET policy_version = policy_version + 1 WHERE id = 7");
            PurgeRun run = stage.run(stage.record(1, 100), 1);
            other.rollback();
            assertThat(run.purgedCopies()).isEqualTo(38);
            assertThat(stage.count("SELECT count(*) FROM mail_copy WHERE account_id = 7"))
                    .isEqualTo(2);
        }
        try (Handle purging = stage.jdbi.open();
                Handle other = stage.jdbi.open()) {
            purging.begin();
            assertThat(purging.createQuery("SELECT purge_lock_accounts()")
                            .mapTo(Boolean.class)
                            .one())
                    .isTrue();
            other.execute("SET lock_timeout = '200ms'");
            assertThatThrownBy(
                            () -> other.execute("UPDATE account SET policy_version = policy_version + 1 WHERE id = 7"))
                    .hasStackTraceContaining("lock timeout");
            purging.rollback();
        }
    }

    @Test
    void graceIsOverAtItsEndAndNotAMillisecondBefore() {
        stage.account(1, "CRM_PLUS");
        List<Long> ids = stage.copies(1, 4, daysBefore(40));
        for (int late = -1; late <= 1; late++) {
            stage.execute(
                    "UPDATE mail_copy SET keep_until = ? WHERE id = ?",
                    java.sql.Timestamp.from(AS_OF.plusMillis(late)),
                    ids.get(late + 1));
        }
        stage.run(stage.record(1, 10), 1);
        assertThat(stage.ids("SELECT id FROM mail_copy")).containsExactly(ids.get(2));
    }

    /** The terms of its instant are the run's: what is shortened later, even while it runs, is for the next one. */
    @Test
    void planThatIsShortenedAfterTheRunsInstantIsNotApplied() {
        stage.account(1, "PROFESSIONAL");
        stage.copies(1, 3, daysBefore(100));
        stage.copies(1, 5, daysBefore(60));
        long run = stage.record(1, 10);
        stage.jdbi.useTransaction(h -> new RunRows(h).plan(run, 1));
        stage.execute("UPDATE subscription SET valid_until = ?", java.sql.Timestamp.from(AS_OF.plusSeconds(1)));
        stage.execute(
                "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                        + " VALUES (1, 'CRM_PLUS', ?, ?, 't', 't')",
                java.sql.Timestamp.from(AS_OF.plusSeconds(1)),
                java.sql.Timestamp.from(AS_OF));
        assertThat(stage.run(run, 1).purgedCopies()).isEqualTo(3);
        assertThat(stage.count("SELECT count(*) FROM mail_copy")).isEqualTo(5);
    }
}
