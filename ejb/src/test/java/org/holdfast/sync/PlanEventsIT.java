package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.holdfast.mailbox.PlanFollower;
import org.holdfast.mailbox.SecretErasure;
import org.holdfast.plan.Allowance;
import org.holdfast.plan.Grant;
import org.holdfast.plan.RetentionPeriod;
import org.holdfast.plan.TermsChange;
import org.holdfast.plan.TermsRepository;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each cell of the product's event matrix that concerns plans, against PostgreSQL and Dovecot. Connecting and
 * disconnecting are in the tests of the API.
 */
class PlanEventsIT {

    private static final Duration YOUNG = Duration.ofDays(10);
    private static final Duration OLD = Duration.ofDays(45);
    private static final String ACTIVE = "ACTIVE";
    private static final String FREE_PAUSE = "PAUSED_BY_PLAN NO_SYNC";
    private static final String LIMIT_PAUSE = "PAUSED_BY_PLAN OVER_LIMIT";

    private static LocalPostgres postgres;
    private static LocalDovecot dovecot;

    @TempDir
    static Path keys;

    @BeforeAll
    static void start() {
        dovecot = MailServers.dovecot(new LocalDovecot.Options(null, null, true));
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
        if (dovecot != null) {
            dovecot.close();
        }
    }

    private static PlanStage on(String plan) {
        return new PlanStage(postgres, keys, plan);
    }

    /** A mailbox with one young and one old original, pulled. */
    private static long pulled(PlanStage stage, String user) throws Exception {
        dovecot.keepCommands(user);
        PlanStage.mail(dovecot.port(), user, stage.bench.now, YOUNG, OLD);
        long mailbox = stage.bench.mailbox(user, dovecot.port());
        assertThat(stage.bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
        return mailbox;
    }

    private static void bindOne(PlanStage stage) {
        stage.bench.jdbi.useHandle(
                h -> h.execute("UPDATE mail_copy SET bind_count = 1 WHERE id = (SELECT min(id) FROM mail_copy)"));
    }

    private static void purge(PlanStage stage) {
        stage.bench.jdbi.useTransaction(h -> {
            h.execute("DELETE FROM mail_content WHERE copy_id IN (SELECT id FROM mail_copy WHERE bind_count = 0)");
            h.execute("DELETE FROM mail_copy WHERE bind_count = 0");
        });
    }

    @Test
    void downgradeToFreePausesAndMakesEveryUnboundCopyDueAndNoBoundOne() throws Exception {
        PlanStage stage = on("STANDARD");
        long mailbox = pulled(stage, "tofree");
        bindOne(stage);
        assertThat(stage.due()).isZero();
        int said = dovecot.commands("tofree").size();
        stage.plan("FREE");
        assertThat(stage.state(mailbox)).isEqualTo(FREE_PAUSE);
        assertThat(stage.due()).isEqualTo(1);
        assertThat(stage.bench.count("mail_copy c JOIN mail_content t ON t.copy_id = c.id WHERE c.bind_count = 1"))
                .as("bound: readable for ever")
                .isOne();
        assertThat(dovecot.commands("tofree")).as("the original is untouched").hasSize(said);
        assertThat(stage.bench.count("audit_event WHERE action = 'mailbox.pause-by-plan' AND actor = 'plan'"
                        + " AND subject = 'mailbox:" + mailbox + "'"))
                .isOne();
    }

    @Test
    void upgradeFromFreeResumesWithTheSettingsItHadAndBackFills() throws Exception {
        PlanStage stage = on("STANDARD");
        long mailbox = pulled(stage, "fromfree");
        stage.bench.jdbi.useHandle(h -> {
            h.execute("UPDATE folder SET selected = false WHERE wire_name = 'Junk'");
            h.execute("UPDATE mailbox SET smtp_host = 'smtp.example.com', smtp_port = 465, smtp_security = 'TLS'");
        });
        String before = stage.settings(mailbox);
        stage.plan("FREE");
        purge(stage);
        assertThat(stage.bench.count("mail_copy")).isZero();
        stage.bench.now = stage.bench.now.plus(Duration.ofDays(3));
        stage.plan("STANDARD");
        assertThat(stage.state(mailbox)).isEqualTo(ACTIVE);
        assertThat(stage.settings(mailbox)).isEqualTo(before);
        assertThat(stage.bench.count("mailbox_sync WHERE due_at <= clock_timestamp()"))
                .isOne();
        assertThat(stage.bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
        assertThat(stage.bench.count("mail_copy")).isEqualTo(2);
    }

    @Test
    void upgradeToALongerPlanBackFillsWhatTheWindowGains() throws Exception {
        PlanStage stage = on("CRM_PLUS");
        long mailbox = pulled(stage, "longer");
        assertThat(stage.bench.count("mail_copy")).as("30 days").isOne();
        stage.plan("STANDARD");
        assertThat(stage.state(mailbox)).isEqualTo(ACTIVE);
        assertThat(stage.bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
        assertThat(stage.bench.count("mail_copy")).as("60 days").isEqualTo(2);
    }

    @Test
    void downgradeToAShorterPlanMakesDueWhatLiesBeyondAndTheMailboxGoesOn() throws Exception {
        PlanStage stage = on("STANDARD");
        long mailbox = pulled(stage, "shorter");
        stage.plan("CRM_PLUS");
        assertThat(stage.state(mailbox)).isEqualTo(ACTIVE);
        assertThat(stage.due()).as("45 days old, 30 allowed").isEqualTo(1);
        purge(stage);
        stage.bench.jdbi.useHandle(h -> h.execute("UPDATE folder_state SET filled_from = '2026-03-01Z'"));
        stage.bench.pull(mailbox);
        assertThat(stage.bench.count("mail_copy WHERE subject = '" + OLD + "'"))
                .as("purged mail does not come back")
                .isZero();
    }

    @Test
    void downgradeOverTheLimitPausesTheNewestAndTheOwnersChoiceCountsMore() {
        PlanStage stage = on("PROFESSIONAL");
        List<Long> seven = stage.mailboxes(7, false);
        stage.plan("STANDARD");
        assertThat(stage.states(seven))
                .containsExactly(ACTIVE, ACTIVE, ACTIVE, ACTIVE, ACTIVE, LIMIT_PAUSE, LIMIT_PAUSE);
        String before = stage.settings(seven.get(4));
        stage.bench.jdbi.useTransaction(h -> {
            h.execute("UPDATE mailbox SET chosen_at = ? WHERE id = ?", stage.bench.now, seven.get(6));
            new PlanFollower(h).accounts(List.of(stage.bench.accountId), stage.bench.now);
        });
        assertThat(stage.states(seven))
                .containsExactly(ACTIVE, ACTIVE, ACTIVE, ACTIVE, LIMIT_PAUSE, LIMIT_PAUSE, ACTIVE);
        assertThat(stage.settings(seven.get(4))).isEqualTo(before);
        assertThat(stage.bench.count(
                        "mailbox WHERE state_reason LIKE 'The plan STANDARD allows 5 mailboxes per user%'"))
                .isEqualTo(2);
        stage.plan("PROFESSIONAL");
        assertThat(stage.states(seven)).containsOnly(ACTIVE);
        assertThat(stage.bench.count("mailbox WHERE state_reason IS NOT NULL OR plan_stopped_at IS NOT NULL"))
                .isZero();
    }

    @Test
    void sharedMailboxesHaveALimitOfTheirOwn() {
        PlanStage stage = on("NFR");
        List<Long> shared = stage.mailboxes(4, true);
        List<Long> personal = stage.mailboxes(4, false);
        stage.plan("DEMO");
        assertThat(stage.states(shared)).containsExactly(ACTIVE, ACTIVE, ACTIVE, LIMIT_PAUSE);
        assertThat(stage.states(personal)).containsOnly(ACTIVE);
    }

    @Test
    void mailboxThatItsOwnerPausedStaysSoAndTakesNoPlace() {
        PlanStage stage = on("PROFESSIONAL");
        List<Long> six = stage.mailboxes(6, false);
        stage.bench.jdbi.useHandle(
                h -> h.execute("UPDATE mailbox SET state = 'PAUSED_BY_USER' WHERE id = ?", six.get(0)));
        stage.plan("STANDARD");
        assertThat(stage.states(six)).containsExactly("PAUSED_BY_USER", ACTIVE, ACTIVE, ACTIVE, ACTIVE, ACTIVE);
        stage.plan("FREE");
        assertThat(stage.state(six.get(0))).isEqualTo("PAUSED_BY_USER NO_SYNC");
        stage.plan("PROFESSIONAL");
        assertThat(stage.states(six)).containsExactly("PAUSED_BY_USER", ACTIVE, ACTIVE, ACTIVE, ACTIVE, ACTIVE);
    }

    @Test
    void demoEndsByItselfToTheMillisecond() {
        PlanStage stage = on("DEMO");
        List<Long> one = stage.mailboxes(1, false);
        Instant end = PullBench.NOW.plus(Duration.ofDays(14));
        stage.plan("DEMO", PullBench.NOW, end);
        stage.bench.now = end.minusMillis(1);
        stage.settle();
        assertThat(stage.states(one)).containsExactly(ACTIVE);
        stage.bench.now = end;
        assertThat(stage.settle().paused()).isEqualTo(one);
        assertThat(stage.states(one)).containsExactly(FREE_PAUSE);
        assertThat(stage.bench.count("mailbox WHERE state_since = '" + end + "' AND plan_stopped_at = '" + end + "'"))
                .isOne();
        stage.bench.now = end.plusMillis(1);
        assertThat(stage.settle().paused()).isEmpty();
        assertThat(stage.bench.count("policy_due")).isZero();
    }

    @Test
    void gateItselfIsExactToTheMillisecond() throws Exception {
        PlanStage stage = on("DEMO");
        PlanStage.mail(dovecot.port(), "exact", PullBench.NOW, YOUNG);
        long mailbox = stage.bench.mailbox("exact", dovecot.port());
        Instant end = PullBench.NOW.plus(Duration.ofDays(1));
        stage.plan("DEMO", PullBench.NOW, end);
        stage.bench.now = end.minusMillis(1);
        assertThat(stage.bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.COMPLETED);
        stage.bench.now = end;
        assertThat(stage.bench.pull(mailbox)).as("before the timer has looked").isEqualTo(MailboxPass.Outcome.STOPPED);
        assertThat(stage.state(mailbox)).isEqualTo(FREE_PAUSE);
        assertThat(stage.due()).isEqualTo(1);
        stage.bench.now = end.minusMillis(1);
        assertThat(stage.due()).isZero();
    }

    @Test
    void termsOfFreeTakeEffectOnTheirDateForAccountsThatNeverHadAPlan() {
        PlanStage stage = on("STANDARD");
        stage.bench.jdbi.useHandle(h -> {
            h.execute("DELETE FROM subscription");
            h.execute("INSERT INTO policy_due (due_at) VALUES ('2019-05-01Z')");
        });
        List<Long> many = stage.mailboxes(12, false);
        Instant date = Instant.parse("2019-05-01T00:00:00Z");
        stage.bench.now = date.minusMillis(1);
        stage.settle();
        assertThat(stage.states(many))
                .as("every plan synchronises without limit")
                .containsOnly(ACTIVE);
        stage.bench.now = date;
        stage.settle();
        assertThat(stage.states(many)).containsOnly(FREE_PAUSE);
    }

    @Test
    void upgradeThatIsDatedResumesByItself() {
        PlanStage stage = on("FREE");
        List<Long> one = stage.mailboxes(1, false);
        stage.plan("FREE");
        assertThat(stage.states(one)).containsExactly(FREE_PAUSE);
        Instant date = stage.bench.now.plus(Duration.ofDays(7));
        stage.plan("NFR", date, null);
        stage.settle();
        assertThat(stage.states(one)).containsExactly(FREE_PAUSE);
        stage.bench.now = date;
        assertThat(stage.settle().resumed()).isEqualTo(one);
        assertThat(stage.states(one)).containsExactly(ACTIVE);
    }

    @Test
    void publishedTermsArriveAtEveryAccountOfThePlanOnTheirDateAndNoOther() {
        PlanStage stage = on("CRM_PLUS");
        List<Long> three = stage.mailboxes(3, false);
        Instant date = stage.bench.now.plus(Duration.ofDays(31));
        Grant two = new Grant(
                true,
                RetentionPeriod.ofDays(30),
                Duration.ofDays(7),
                Allowance.ofNullable(2),
                Allowance.ofNullable(null));
        publish(stage, "CRM_PLUS", date, two);
        publish(
                stage,
                "NFR",
                date,
                new Grant(
                        false,
                        RetentionPeriod.ofDays(0),
                        Duration.ZERO,
                        two.mailboxesPerUser(),
                        two.sharedMailboxes()));
        stage.settle();
        assertThat(stage.states(three)).containsOnly(ACTIVE);
        stage.bench.now = date;
        stage.settle();
        assertThat(stage.states(three)).containsExactly(ACTIVE, ACTIVE, LIMIT_PAUSE);
    }

    private static void publish(PlanStage stage, String plan, Instant date, Grant grant) {
        stage.bench.jdbi.useTransaction(h -> {
            TermsRepository terms = new TermsRepository(h);
            terms.lockPlan(plan);
            TermsChange change = terms.draft(plan, date, grant, "test", new TermsChange.Step("test", stage.bench.now));
            terms.supersede(change, "test", stage.bench.now);
        });
    }

    @Test
    void refusedCredentialsInferNothingAgeingGoesOnAndNoPlanTriesThemAgain() throws Exception {
        PlanStage stage = on("CRM_PLUS");
        long mailbox = pulled(stage, "refused");
        byte[] wrong = stage.bench.secrets.seal(stage.bench.accountId, mailbox, "password", "wrong");
        stage.bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET secret = ?", wrong));
        assertThat(stage.bench.pull(mailbox)).isEqualTo(MailboxPass.Outcome.REFUSED);
        assertThat(stage.bench.count("mail_copy")).isOne();
        stage.bench.now = stage.bench.now.plus(Duration.ofDays(25));
        assertThat(stage.due()).as("ageing goes on").isEqualTo(1);
        stage.plan("FREE");
        assertThat(stage.state(mailbox)).isEqualTo("AUTH_FAILED NO_SYNC");
        stage.plan("NFR");
        assertThat(stage.state(mailbox)).as("no retry storm").isEqualTo("AUTH_FAILED");
    }

    @Test
    void secretIsErasedAfterItsDaysOnceAndTheOwnerIsAskedAgain() {
        PlanStage stage = on("STANDARD");
        List<Long> two = stage.mailboxes(2, false);
        stage.plan("FREE");
        Instant stopped = stage.bench.now;
        Duration kept = Duration.ofDays(30);
        assertThat(erase(stage, stopped.plus(kept).minusMillis(1), kept)).isEmpty();
        assertThat(stage.bench.count("mailbox WHERE secret IS NOT NULL")).isEqualTo(2);
        List<CompletableFuture<List<Long>>> nodes = List.of(
                CompletableFuture.supplyAsync(() -> erase(stage, stopped.plus(kept), kept)),
                CompletableFuture.supplyAsync(() -> erase(stage, stopped.plus(kept), kept)));
        assertThat(nodes.stream().flatMap(n -> n.join().stream())).containsExactlyInAnyOrderElementsOf(two);
        assertThat(stage.bench.count("mailbox WHERE secret IS NULL AND secret_erased_at IS NOT NULL"
                        + " AND state = 'PAUSED_BY_PLAN'"))
                .isEqualTo(2);
        assertThat(stage.bench.count("audit_event WHERE action = 'mailbox.erase-secret' AND actor = 'plan'"))
                .isEqualTo(2);
        stage.plan("STANDARD");
        assertThat(stage.states(two)).containsOnly("AUTH_FAILED");
        assertThat(stage.bench.count("mailbox WHERE state_reason LIKE '%erased%enter it again'"))
                .isEqualTo(2);
    }

    @Test
    void secretOfAPlanThatCameBackInTimeIsKept() {
        PlanStage stage = on("STANDARD");
        stage.mailboxes(1, false);
        stage.plan("FREE");
        stage.bench.now = stage.bench.now.plus(Duration.ofDays(29));
        stage.plan("CRM_PLUS");
        assertThat(erase(stage, stage.bench.now.plus(Duration.ofDays(90)), Duration.ofDays(30)))
                .isEmpty();
        assertThat(stage.bench.count("mailbox WHERE secret IS NOT NULL")).isOne();
    }

    private static List<Long> erase(PlanStage stage, Instant now, Duration kept) {
        return stage.bench.jdbi.inTransaction(h -> new SecretErasure(h).erase(now, kept, 100));
    }

    @Test
    void planChangeOfOneAccountRewritesNoCopyHoweverManyThereAre() throws Exception {
        PlanStage stage = on("STANDARD");
        pulled(stage, "rows");
        long few = rowsWrittenByDowngrade(stage);
        stage.plan("STANDARD");
        stage.bench.jdbi.useHandle(h -> h.execute("INSERT INTO mail_copy (account_id, mailbox_id, folder_id,"
                + " uid_validity, uid, clock, copied_at, size_bytes, content_sha256) SELECT account_id, mailbox_id,"
                + " folder_id, uid_validity, 1000 + n, clock, copied_at, 1, content_sha256"
                + " FROM (SELECT * FROM mail_copy LIMIT 1) c, generate_series(1, 20000) n"));
        assertThat(rowsWrittenByDowngrade(stage)).isLessThan(30).isCloseTo(few, within(5L));
    }

    private static long rowsWrittenByDowngrade(PlanStage stage) {
        stage.bench.now = stage.bench.now.plusMillis(1);
        return stage.bench.jdbi.inTransaction(h -> {
            h.execute(
                    "UPDATE subscription SET known_until = ? WHERE known_until IS NULL AND account_id = ?",
                    stage.bench.now,
                    stage.bench.accountId);
            h.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                            + " VALUES (?, 'FREE', ?, ?, 'test', 'test')",
                    stage.bench.accountId,
                    stage.bench.now,
                    stage.bench.now);
            new PlanFollower(h).accounts(List.of(stage.bench.accountId), stage.bench.now);
            assertThat(h.createQuery("SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
                                    + " WHERE relname = 'mail_copy'")
                            .mapTo(Long.class)
                            .one())
                    .isZero();
            return h.createQuery("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables")
                    .mapTo(Long.class)
                    .one();
        });
    }

    @Test
    void termsOfTenThousandAccountsAreFollowedWithAsManyStatementsAsOfTen() {
        PlanStage stage = on("STANDARD");
        accounts(stage, 10);
        int few = statementsOfAFreeDay(stage);
        accounts(stage, 10_000);
        assertThat(statementsOfAFreeDay(stage)).isEqualTo(few);
        assertThat(stage.bench.count("mailbox WHERE state = 'PAUSED_BY_PLAN'")).isEqualTo(10_010);
    }

    private static void accounts(PlanStage stage, int count) {
        stage.bench.jdbi.useTransaction(h -> {
            h.execute(
                    "WITH a AS (INSERT INTO account (name, created_at) SELECT 'n', '2026-01-01Z' FROM"
                            + " generate_series(1, ?) RETURNING id), u AS (INSERT INTO app_user (account_id, email, display_name,"
                            + " role, created_at) SELECT id, 'a' || id || '@example.org', 'o', 'OWNER', '2026-01-01Z' FROM a"
                            + " RETURNING id, account_id) INSERT INTO mailbox (account_id, owner_id, address, imap_host, imap_port,"
                            + " imap_security, login, state, state_since, connected_at) SELECT account_id, id, 'a@b', 'h', 993, 'TLS',"
                            + " 'l', 'ACTIVE', '2026-01-01Z', '2026-01-01Z' FROM u",
                    count);
            h.execute("INSERT INTO policy_due (due_at) VALUES (?)", stage.bench.now);
        });
    }

    private static int statementsOfAFreeDay(PlanStage stage) {
        AtomicInteger statements = new AtomicInteger();
        stage.bench.jdbi.useTransaction(h -> {
            h.getConfig(org.jdbi.v3.core.statement.SqlStatements.class).setSqlLogger(new SqlLogger() {
                @Override
                public void logAfterExecution(StatementContext context) {
                    statements.incrementAndGet();
                }
            });
            PlanFollower follower = new PlanFollower(h);
            Optional<?> step = follower.step(stage.bench.now, 20_000);
            while (step.isPresent()) {
                step = follower.step(stage.bench.now, 20_000);
            }
        });
        return statements.get();
    }

    @Test
    void nodesThatFollowAtOncePauseEachMailboxOnce() {
        PlanStage stage = on("STANDARD");
        accounts(stage, 2_000);
        List<CompletableFuture<Integer>> nodes = Collections.nCopies(4, stage).stream()
                .map(s ->
                        CompletableFuture.supplyAsync(() -> s.settle().paused().size()))
                .toList();
        assertThat(nodes.stream().mapToInt(CompletableFuture::join).sum()).isEqualTo(2_000);
        stage.settle();
        assertThat(stage.bench.count("audit_event WHERE action = 'mailbox.pause-by-plan'"))
                .isEqualTo(2_000);
        assertThat(stage.bench.count("policy_due")).isZero();
    }
}
