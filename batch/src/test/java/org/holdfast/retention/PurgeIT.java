package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.retention.PurgeStage.AS_OF;
import static org.holdfast.retention.PurgeStage.daysBefore;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
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
            SliceProgress slice = stage.jdbi
                    .withHandle(h -> new RunReadings(h).slices(run.id()))
                    .get(0);
            assertThat(slice.sweep()).isEqualTo(2);
            assertThat(slice.skippedCopies()).isEqualTo(2);
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
}
