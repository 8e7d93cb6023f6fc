package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.plan.Allowance;
import org.holdfast.plan.Grant;
import org.holdfast.plan.RetentionPeriod;
import org.holdfast.plan.TermsChange;
import org.holdfast.plan.TermsRepository;
import org.holdfast.refusal.Refusal;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PreviewWorkIT {

    private static final Instant NOW = Instant.parse("2019-06-01T00:00:00Z");
    private static final Instant JULY = Instant.parse("2019-07-10T00:00:00Z");
    private static final int ACCOUNTS = 230;
    private static final PreviewPass.Pace NO_REST =
            new PreviewPass.Pace(10, Duration.ofMillis(1), Duration.ofMillis(1), 0);

    private static LocalPostgres postgres;
    private static int databases;

    private Jdbi jdbi;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        DataSource database = postgres.createDatabase("preview_template", "template1");
        SchemaMigration.migrate(database);
        Jdbi.create(database).useTransaction(PreviewWorkIT::generate);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void copyOfTheSameData() {
        jdbi = Jdbi.create(postgres.createDatabase("preview_" + ++databases, "preview_template"));
    }

    /** Accounts of all plans in turn with a personal and a shared mailbox, and 20 copies in each of every verdict. */
    private static void generate(Handle h) {
        h.execute(
                "INSERT INTO account (id, name, created_at, hold_count) SELECT n, 'Account ' || n, now(),"
                        + " CASE WHEN n % 17 = 0 THEN 1 ELSE 0 END FROM generate_series(1, ?) n",
                ACCOUNTS);
        h.execute("INSERT INTO app_user (id, account_id, email, display_name, role, created_at)"
                + " SELECT id, id, 'o' || id || '@example.org', 'o', 'OWNER', now() FROM account");
        h.execute("INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                + " SELECT a.id, p.code, '2015-01-01Z', '2015-01-01Z', 't', 't' FROM account a"
                + " JOIN plan p ON p.rank = a.id % 6 AND p.code <> 'FREE'");
        h.execute("INSERT INTO mailbox (id, account_id, owner_id, address, shared, imap_host, imap_port, imap_security,"
                + " login, state, state_since, connected_at) SELECT 10 * a.id + n, a.id, a.id, n || '@' || a.id || '.example',"
                + " n = 2, 'h', 993, 'TLS', 'l', CASE WHEN n = 3 THEN 'PAUSED_BY_USER' ELSE 'ACTIVE' END, now(),"
                + " '2018-01-01Z'::timestamptz + n * interval '1 day' FROM account a, generate_series(1, 4) n");
        h.execute("INSERT INTO folder (id, mailbox_id, wire_name, name) SELECT id, id, 'INBOX', 'INBOX' FROM mailbox");
        h.execute("INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock, copied_at,"
                + " size_bytes, content_sha256, bind_count, hold_count, keep_until) SELECT m.account_id, m.id, m.id, 1, n,"
                + " '2019-06-01Z'::timestamptz - ((n * 7 + m.id) % 120) * interval '1 day', now(), 100 + n, sha256('x'),"
                + " (n % 7 = 0)::int, (n % 11 = 0)::int, CASE WHEN n % 5 = 0 THEN '2019-08-01Z'::timestamptz END"
                + " FROM mailbox m, generate_series(1, 20) n WHERE m.id % 10 <> 4");
    }

    @Test
    void aDateCountsWhatTheDryRunCounts() {
        StoredPreview stored = complete(request(PreviewRequest.ofDate(JULY, PurgeScope.EVERYTHING)));
        Preview dryRun = jdbi.withHandle(h -> new PreviewQuery(h).count(PurgeScope.EVERYTHING, JULY, Optional.empty()));
        assertThat(stored.status()).isEqualTo(PreviewStatus.READY);
        assertThat(stored.totals().dueCopies()).isEqualTo(dryRun.due()).isPositive();
        assertThat(stored.totals().dueBytes()).isEqualTo(dryRun.dueBytes());
        assertThat(stored.totals().kept()).isEqualTo(dryRun.kept());
        assertThat(stored.totals().copies()).isEqualTo(dryRun.copies());
        assertThat(stored.progress().accountsDone()).isEqualTo(ACCOUNTS);
        assertThat(stored.progress().percent()).isEqualTo(100);
    }

    @Test
    void eachScopeCountsWhatItsDryRunCounts() {
        for (PurgeScope scope : List.of(
                new PurgeScope(PurgeScope.Kind.PLAN, "STANDARD"),
                new PurgeScope(PurgeScope.Kind.PLAN, "FREE"),
                new PurgeScope(PurgeScope.Kind.ACCOUNT, "15"),
                new PurgeScope(PurgeScope.Kind.MAILBOX, "151"))) {
            StoredPreview stored = complete(request(PreviewRequest.ofDate(JULY, scope)));
            Preview dryRun = jdbi.withHandle(h -> new PreviewQuery(h).count(scope, JULY, Optional.empty()));
            assertThat(stored.totals().dueCopies())
                    .as(scope.toString())
                    .isEqualTo(dryRun.due())
                    .isPositive();
            assertThat(stored.totals().kept()).isEqualTo(dryRun.kept());
        }
    }

    @Test
    void termsCoverTheAccountsOfTheirPlansAndTellWhatWouldGoAnyway() {
        StoredPreview stored = complete(request(PreviewRequest.ofTerms(List.of(draft("STANDARD", true, 20, 1)))));
        Preview before = jdbi.withHandle(h ->
                new PreviewQuery(h).count(new PurgeScope(PurgeScope.Kind.PLAN, "STANDARD"), JULY, Optional.empty()));
        assertThat(stored.asOf()).isEqualTo(JULY);
        assertThat(stored.progress().accountsTotal()).contains(ACCOUNTS / 6L);
        assertThat(stored.totals().anywayCopies()).isEqualTo(before.due());
        assertThat(stored.totals().dueCopies()).isGreaterThan(before.due());
        assertThat(stored.totals().byChange()).isEqualTo(stored.totals().dueCopies() - before.due());
        assertThat(stored.totals().copies()).isEqualTo(before.copies());
        assertThat(stored.totals().kept().bound()).isEqualTo(before.kept().bound());
    }

    @Test
    void rowsAgesAndSamplesAddUpToTheTotals() {
        StoredPreview stored = complete(request(PreviewRequest.ofTerms(List.of(draft("NFR", true, 10, 1)))));
        List<PreviewMailbox> rows = mailboxes(stored);
        List<PreviewAge> ages = jdbi.withHandle(h -> new PreviewRepository(h).ages(stored.id()));
        assertThat(rows.stream().mapToLong(PreviewMailbox::dueCopies).sum())
                .isEqualTo(stored.totals().dueCopies());
        assertThat(ages.stream().mapToLong(PreviewAge::dueCopies).sum())
                .isEqualTo(stored.totals().dueCopies());
        assertThat(ages.stream().mapToLong(a -> a.kept().total()).sum())
                .isEqualTo(stored.totals().kept().total());
        assertThat(ages).allMatch(a -> a.dueCopies() == 0 || a.ageDays() >= 7);
        List<PreviewSample> samples = jdbi.withHandle(h -> new PreviewRepository(h).samples(stored.id(), 0, 1_000));
        assertThat(samples).hasSizeBetween(10, 500).allSatisfy(sample -> assertThat(sample.clock())
                .isBeforeOrEqualTo(JULY.minus(Duration.ofDays(10))));
    }

    @Test
    void mailboxesStopWhereThePlanDoesAndBeyondTheLimitTheNewestButNotThosePausedByTheirOwner() {
        StoredPreview none = complete(request(PreviewRequest.ofTerms(List.of(draft("STANDARD", false, 60, 5)))));
        assertThat(changes(none)).containsOnly("1 STOPS", "2 STOPS", "4 STOPS");
        StoredPreview two = complete(request(PreviewRequest.ofTerms(List.of(draft("PROFESSIONAL", true, 90, 1)))));
        assertThat(changes(two)).containsOnly("4 STOPS");
        assertThat(two.totals().mailboxesStopping()).isEqualTo(two.totals().accountsTouched());
        jdbi.useHandle(h -> h.execute("UPDATE mailbox SET chosen_at = now() WHERE id % 10 = 4"));
        StoredPreview chosen = complete(request(PreviewRequest.ofTerms(List.of(draft("PROFESSIONAL", true, 90, 1)))));
        assertThat(changes(chosen)).containsOnly("1 STOPS");
        StoredPreview free = complete(request(PreviewRequest.ofTerms(List.of(draft("FREE", true, 30, 5)))));
        assertThat(changes(free)).containsOnly("1 RESUMES", "2 RESUMES", "4 RESUMES");
        assertThat(free.totals().mailboxesResuming()).isEqualTo(3 * (ACCOUNTS / 6));
    }

    @Test
    void aPlanChangeCoversTheAccountsThatAreNamedOrThatHaveAPlan() {
        PreviewRequest.PlanChange named = new PreviewRequest.PlanChange(
                List.of(3L, 9L), Optional.empty(), "FREE", Optional.of(JULY), Optional.empty());
        StoredPreview two = complete(request(PreviewRequest.ofPlanChange(named)));
        assertThat(mailboxes(two).stream().map(PreviewMailbox::accountId)).containsOnly(3L, 9L);
        assertThat(mailboxes(two).stream().map(PreviewMailbox::planCode)).containsOnly("FREE");
        assertThat(two.totals().kept().young()).isZero();
        PreviewRequest.PlanChange all = new PreviewRequest.PlanChange(
                List.of(), Optional.of("DEMO"), "PROFESSIONAL", Optional.of(JULY), Optional.empty());
        StoredPreview demo = complete(request(PreviewRequest.ofPlanChange(all)));
        assertThat(mailboxes(demo).stream().map(row -> row.accountId() % 6)).containsOnly(2L);
        assertThat(demo.progress().accountsTotal()).contains(39L);
        assertThat(demo.totals().dueCopies()).isLessThan(demo.totals().anywayCopies() + 1);
    }

    @Test
    void theSameQuestionOverTheSameDataHasTheSameHashHoweverItWasCut() throws InterruptedException {
        long draft = draft("STANDARD", true, 20, 1);
        StoredPreview whole = complete(request(PreviewRequest.ofTerms(List.of(draft))));
        long broken = request(PreviewRequest.ofTerms(List.of(draft)));
        AtomicInteger calls = new AtomicInteger();
        PreviewTransaction killed = dyingAfter(calls, 8);
        assertThatThrownBy(() -> pass(killed, () -> false)).hasMessageContaining("killed");
        assertThat(find(broken).status()).isEqualTo(PreviewStatus.RUNNING);
        assertThat(find(broken).progress().accountsDone()).isEqualTo(20);
        assertThat(pass(this::own, () -> false))
                .as("another worker before the lease is over")
                .isFalse();
        jdbi.useHandle(h -> h.execute("UPDATE preview_work SET lease_until = clock_timestamp() - interval '1 s'"));
        assertThat(pass(this::own, () -> false)).isTrue();
        assertThat(find(broken).status()).isEqualTo(PreviewStatus.READY);
        assertThat(find(broken).hash()).isEqualTo(whole.hash());
        assertThat(find(broken).totals()).isEqualTo(whole.totals());
    }

    @Test
    void oneCopyMoreChangesTheHashAndSoDoesAChangedRow() {
        long draft = draft("STANDARD", true, 20, 1);
        StoredPreview first = complete(request(PreviewRequest.ofTerms(List.of(draft))));
        jdbi.useHandle(h -> h.execute("UPDATE mail_copy SET bind_count = 1 WHERE id = (SELECT min(id) FROM mail_copy"
                + " WHERE account_id = 9 AND bind_count = 0)"));
        StoredPreview second = complete(request(PreviewRequest.ofTerms(List.of(draft))));
        assertThat(second.hash()).isPresent().isNotEqualTo(first.hash());
        jdbi.useHandle(h -> {
            assertThat(java.util.HexFormat.of().formatHex(new PreviewHash(h).of(second.id())))
                    .isEqualTo(second.hash().orElseThrow());
            h.execute(
                    "UPDATE preview_mailbox SET due_copies = due_copies - 1 WHERE preview_id = ? AND mailbox_id ="
                            + " (SELECT min(mailbox_id) FROM preview_mailbox WHERE preview_id = ?)",
                    second.id(),
                    second.id());
            assertThat(java.util.HexFormat.of().formatHex(new PreviewHash(h).of(second.id())))
                    .isNotEqualTo(second.hash().orElseThrow());
        });
    }

    @Test
    void aWorkerThatIsToStopGivesThePreviewBackAtOnce() throws InterruptedException {
        long id = request(PreviewRequest.ofDate(JULY, PurgeScope.EVERYTHING));
        AtomicInteger looks = new AtomicInteger();
        assertThat(pass(this::own, () -> looks.incrementAndGet() > 2)).isTrue();
        assertThat(find(id).status()).isEqualTo(PreviewStatus.RUNNING);
        assertThat(find(id).progress().accountsDone()).isBetween(1L, ACCOUNTS - 1L);
        assertThat(pass(this::own, () -> false)).isTrue();
        assertThat(find(id).status()).isEqualTo(PreviewStatus.READY);
    }

    @Test
    void aCancelledPreviewStaysCancelled() throws InterruptedException {
        long id = request(PreviewRequest.ofDate(JULY, PurgeScope.EVERYTHING));
        AtomicInteger looks = new AtomicInteger();
        pass(this::own, () -> {
            if (looks.incrementAndGet() == 3) {
                assertThat(cancel(id)).isTrue();
            }
            return false;
        });
        assertThat(find(id).status()).isEqualTo(PreviewStatus.CANCELLED);
        assertThat(find(id).hash()).isEmpty();
        assertThat(pass(this::own, () -> false)).isFalse();
        assertThat(cancel(id)).isFalse();
    }

    @Test
    void aFailureIsTheEndWithItsReason() throws InterruptedException {
        long id = request(PreviewRequest.ofDate(JULY, PurgeScope.EVERYTHING));
        jdbi.useHandle(h -> h.execute("ALTER TABLE preview_age ADD CHECK (age_days < 0)"));
        assertThat(pass(this::own, () -> false)).isTrue();
        assertThat(find(id).status()).isEqualTo(PreviewStatus.FAILED);
        assertThat(find(id).failure().orElseThrow()).contains("preview_age");
    }

    @Test
    void workersThatGetNothingDoneAreNotTriedForEver() throws InterruptedException {
        long id = request(PreviewRequest.ofDate(JULY, PurgeScope.EVERYTHING));
        for (int worker = 0; worker <= PreviewWork.IDLE_WORKERS; worker++) {
            jdbi.useTransaction(
                    h -> assertThat(new PreviewWork(h).claim("dies")).isPresent());
            jdbi.useHandle(h -> h.execute("UPDATE preview_work SET lease_until = clock_timestamp() - interval '1 s'"));
        }
        assertThat(pass(this::own, () -> false)).isTrue();
        assertThat(find(id).status()).isEqualTo(PreviewStatus.FAILED);
        assertThat(find(id).failure().orElseThrow()).contains("without getting anything done");
    }

    @Test
    void nothingButThePreviewsOwnTablesIsWrittenOrLocked() {
        long draft = draft("STANDARD", true, 20, 1);
        long id = request(PreviewRequest.ofTerms(List.of(draft)));
        jdbi.useTransaction(h -> {
            PreviewWork work = new PreviewWork(h);
            PreviewLease lease = work.claim("test").orElseThrow();
            assertThat(lease.previewId()).isEqualTo(id);
            assertThat(work.prepare(lease)).isTrue();
            assertThat(work.range(lease, 10_000)).isEqualTo(PreviewWork.Step.MORE);
            assertThat(h.createQuery("SELECT DISTINCT c.relname || ' ' || l.mode FROM pg_locks l"
                                    + " JOIN pg_class c ON c.oid = l.relation WHERE l.pid = pg_backend_pid()"
                                    + " AND c.relkind = 'r' AND c.relname !~ '^(preview|pg_)'"
                                    + " AND l.mode <> 'AccessShareLock'")
                            .mapTo(String.class)
                            .list())
                    .isEmpty();
        });
    }

    @Test
    void whatCannotBeSupposedIsRefusedWithWhatToDo() {
        assertRefused("not-found", PreviewRequest.ofTerms(List.of(999L)));
        PreviewRequest.PlanChange unknown = new PreviewRequest.PlanChange(
                List.of(1L, 99_999L), Optional.empty(), "FREE", Optional.empty(), Optional.empty());
        assertRefused("account-unknown", PreviewRequest.ofPlanChange(unknown));
        PreviewRequest.PlanChange noPlan = new PreviewRequest.PlanChange(
                List.of(1L), Optional.empty(), "NO_SUCH", Optional.empty(), Optional.empty());
        assertRefused("plan-unknown", PreviewRequest.ofPlanChange(noPlan));
        PreviewRequest.PlanChange past = new PreviewRequest.PlanChange(
                List.of(1L), Optional.empty(), "FREE", Optional.of(NOW.minusMillis(1)), Optional.empty());
        assertRefused("change-in-the-past", PreviewRequest.ofPlanChange(past));
        long withdrawn = draft("NFR", true, 1, 1);
        jdbi.useHandle(h -> h.execute("UPDATE terms_change SET status = 'WITHDRAWN' WHERE id = ?", withdrawn));
        assertRefused("change-is-withdrawn", PreviewRequest.ofTerms(List.of(withdrawn)));
        assertRefused(
                "drafts-collide", PreviewRequest.ofTerms(List.of(draft("NFR", true, 1, 1), draft("NFR", true, 2, 1))));
    }

    @Test
    void rangesGrowAndShrinkTowardsTheirTime() {
        Duration wanted = Duration.ofMillis(500);
        assertThat(PreviewPass.next(1_000, Duration.ofMillis(250), wanted)).isEqualTo(2_000);
        assertThat(PreviewPass.next(1_000, Duration.ofMillis(1), wanted)).isEqualTo(4_000);
        assertThat(PreviewPass.next(1_000, Duration.ofSeconds(60), wanted)).isEqualTo(250);
        assertThat(PreviewPass.next(10, Duration.ofSeconds(60), wanted)).isEqualTo(10);
    }

    private void assertRefused(String code, PreviewRequest request) {
        assertThatThrownBy(() -> request(request))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
    }

    private long request(PreviewRequest request) {
        return jdbi.inTransaction(h -> new PreviewIntake(h).record(request, "anna@example.org", NOW));
    }

    private StoredPreview complete(long id) {
        try {
            assertThat(pass(this::own, () -> false)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        StoredPreview preview = find(id);
        assertThat(preview.failure()).isEmpty();
        assertThat(preview.status()).isEqualTo(PreviewStatus.READY);
        return preview;
    }

    private boolean pass(PreviewTransaction transactions, java.util.function.BooleanSupplier stopping)
            throws InterruptedException {
        return new PreviewPass(transactions, Clock.fixed(NOW, ZoneOffset.UTC), NO_REST).run("test", stopping);
    }

    private <T> T own(Function<Handle, T> work) {
        return jdbi.inTransaction(work::apply);
    }

    /** A server that dies: the transaction of the last call is rolled back, and nothing is said. */
    private PreviewTransaction dyingAfter(AtomicInteger calls, int most) {
        return new PreviewTransaction() {
            @Override
            public <T> T call(Function<Handle, T> work) {
                if (calls.incrementAndGet() < most) {
                    return own(work);
                }
                throw new IllegalStateException("killed", new java.sql.SQLException("killed", "57P01"));
            }
        };
    }

    private boolean cancel(long id) {
        return jdbi.inTransaction(h -> new PreviewIntake(h).cancel(id, NOW));
    }

    private StoredPreview find(long id) {
        return jdbi.withHandle(h -> new PreviewRepository(h).find(id)).orElseThrow();
    }

    private List<PreviewMailbox> mailboxes(StoredPreview preview) {
        return jdbi.withHandle(h -> new PreviewRepository(h).mailboxes(preview.id(), 0, 10_000));
    }

    private List<String> changes(StoredPreview preview) {
        return mailboxes(preview).stream()
                .filter(row -> row.syncChange().isPresent())
                .map(row -> row.mailboxId() % 10 + " " + row.syncChange().orElseThrow())
                .toList();
    }

    private long draft(String plan, boolean syncs, int days, int perUser) {
        Grant grant = new Grant(
                syncs,
                RetentionPeriod.ofDays(days),
                Duration.ofDays(7),
                Allowance.ofNullable(perUser),
                Allowance.ofNullable(null));
        return jdbi.inTransaction(h -> new TermsRepository(h)
                .draft(plan, JULY, grant, "test", new TermsChange.Step("anna", NOW))
                .id());
    }
}
