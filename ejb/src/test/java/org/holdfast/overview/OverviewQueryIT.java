package org.holdfast.overview;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OverviewQueryIT {

    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    private static LocalPostgres postgres;
    private static Jdbi jdbi;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        DataSource database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /** Account 1 on CRM_PLUS (30 days, grace 7) with two mailboxes, account 2 on FREE with one. */
    @BeforeEach
    void twoAccounts() {
        sql("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_append_only");
        sql("TRUNCATE account, app_user, purge_run RESTART IDENTITY CASCADE");
        sql("ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_append_only");
        sql("INSERT INTO account (id, name, created_at) VALUES (1, 'Larch', '2026-01-01'), (2, 'Alder', '2026-01-01')");
        sql("INSERT INTO app_user (id, account_id, email, display_name, role, created_at) VALUES"
                + " (1, 1, 'a@larch.example', 'A', 'OWNER', '2026-01-01'),"
                + " (2, 2, 'b@alder.example', 'B', 'OWNER', '2026-01-01')");
        subscribe(1, "CRM_PLUS", "2026-01-01", null);
        mailbox(1, 1, "ACTIVE");
        mailbox(2, 1, "ACTIVE");
        mailbox(3, 2, "PAUSED_BY_PLAN");
    }

    @Test
    void everyCopyIsCountedOnceByWhatDecidesOverIt() {
        copy(1, NOW.minus(DAY), 2, 0, null);
        copy(1, NOW.minus(DAY), 1, 1, null);
        copy(1, NOW.minus(DAY.multipliedBy(40)), 0, 1, null);
        copy(1, NOW.minus(DAY), 0, 0, null);
        copy(2, NOW.minus(DAY.multipliedBy(40)), 0, 0, null);
        assertThat(copies(null)).isEqualTo(new CopyCounts(2, 1, 0, 2, 1, 500));
    }

    @Test
    void whereThereAreManyKeptCountsAreShownAsOfWhenTheyWereCounted() {
        copy(1, NOW.minus(DAY), 2, 0, null);
        copy(1, NOW.minus(DAY.multipliedBy(40)), 0, 1, null);
        copy(2, NOW.minus(DAY.multipliedBy(40)), 0, 0, null);
        copy(3, NOW.minus(DAY), 1, 0, null);
        CopyCounts live = copies(null);
        Instant before = NOW.minus(Duration.ofMinutes(5));
        java.util.Map<Instant, long[]> arrivals = new java.util.HashMap<>();
        jdbi.useTransaction(h -> {
            CopyCounting counting = new CopyCounting(h);
            assertThat(counting.isDue(Duration.ofMinutes(5), 20)).isTrue();
            long at = 0;
            for (Optional<Long> end = counting.rangeAfter(at, 2); end.isPresent(); end = counting.rangeAfter(at, 2)) {
                counting.count(at + 1, end.get(), before);
                counting.arrivals(at + 1, end.get(), before, arrivals);
                at = end.get();
            }
            counting.end(before, 12, arrivals);
            assertThat(counting.isDue(Duration.ofMinutes(5), 20)).isFalse();
            assertThat(counting.isDue(Duration.ZERO, 1_000_000)).isFalse();
        });
        Situation first = many(Optional.empty(), 3);
        assertThat(first.copies()).isEqualTo(live);
        assertThat(first.countedAt()).isEqualTo(before);
        assertThat(first.days()).isEqualTo(read(null).days());
        // Not counted since; what is shown says so.
        copy(1, NOW.minus(DAY), 1, 0, null);
        assertThat(many(Optional.empty(), 3).copies()).isEqualTo(live);
        assertThat(many(Optional.empty(), 4).copies().bound()).isEqualTo(live.bound() + 1);
        assertThat(many(Optional.empty(), 4).countedAt()).isEqualTo(NOW);
        assertThat(many(Optional.of(new Viewer(2, 2)), 0).copies()).isEqualTo(new CopyCounts(1, 0, 0, 0, 0, 100));
    }

    @Test
    void keptCountsAreReadWithoutAnyCopy() {
        jdbi.useHandle(h -> {
            h.execute("INSERT INTO copy_count SELECT 1, 1, 100001, 0, 0, 0, 0, 0, '2026-06-15T11:55:00Z'");
            long before = reads(h);
            assertThat(new OverviewQuery(h, NOW, Optional.empty())
                            .read(ZoneOffset.UTC)
                            .copies()
                            .bound())
                    .isEqualTo(100_001);
            assertThat(reads(h)).isEqualTo(before);
            h.execute("DELETE FROM copy_count");
            new OverviewQuery(h, NOW, Optional.empty()).read(ZoneOffset.UTC);
            assertThat(reads(h)).isGreaterThan(before);
        });
    }

    /** Scans of copies so far, as the database counts them. */
    private static long reads(org.jdbi.v3.core.Handle handle) {
        handle.execute("SELECT pg_stat_force_next_flush()");
        handle.execute("SELECT pg_stat_clear_snapshot()");
        return handle.createQuery("SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_user_tables"
                        + " WHERE relname = 'mail_copy'")
                .mapTo(Long.class)
                .one();
    }

    private static Situation many(Optional<Viewer> viewer, long liveMost) {
        return jdbi.withHandle(h -> new OverviewQuery(h, NOW, viewer, liveMost).read(ZoneOffset.UTC));
    }

    @Test
    void holdsOnMailboxAndAccountKeepTheirCopies() {
        copy(1, NOW.minus(DAY), 0, 0, null);
        copy(3, NOW.minus(DAY), 0, 0, null);
        sql("UPDATE mailbox SET hold_count = 1 WHERE id = 1");
        sql("UPDATE account SET hold_count = 1 WHERE id = 2");
        assertThat(copies(null)).isEqualTo(new CopyCounts(0, 2, 0, 0, 0, 200));
    }

    @Test
    void aCopyLeavesWithinSevenDaysFromTheInstantThatItsPeriodEndsInThem() {
        copy(1, NOW.plus(DAY.multipliedBy(7)).minus(DAY.multipliedBy(30)), 0, 0, null);
        copy(1, NOW.plus(DAY.multipliedBy(7)).minus(DAY.multipliedBy(30)).plusMillis(1), 0, 0, null);
        assertThat(copies(null).leaving()).isEqualTo(1);
    }

    @Test
    void releaseGraceBeyondTheHorizonKeepsACopyFromLeaving() {
        copy(1, NOW.minus(DAY.multipliedBy(90)), 0, 0, NOW.plus(DAY.multipliedBy(7)));
        copy(
                1,
                NOW.minus(DAY.multipliedBy(90)),
                0,
                0,
                NOW.plus(DAY.multipliedBy(7)).plusMillis(1));
        assertThat(copies(null).leaving()).isEqualTo(1);
    }

    @Test
    void aCopyWhoseGraceOutlivesAShorterPlanDoesNotLeaveByIt() {
        // FREE from the 17th to the 19th, then CRM_PLUS again, which keeps it.
        sql("UPDATE subscription SET valid_until = '2026-06-17T00:00:00Z' WHERE account_id = 1");
        subscribe(1, "CRM_PLUS", "2026-06-19", null);
        copy(1, NOW.minus(DAY), 0, 0, Instant.parse("2026-06-20T00:00:00Z"));
        assertThat(copies(null).leaving()).isZero();
        copy(1, NOW.minus(DAY), 0, 0, Instant.parse("2026-06-18T00:00:00Z"));
        assertThat(copies(null).leaving()).isEqualTo(1);
    }

    @Test
    void aRecordedFallToFreeMakesEveryUnboundCopyLeave() {
        copy(1, NOW.minus(DAY), 0, 0, null);
        copy(1, NOW.minus(DAY), 1, 0, null);
        assertThat(copies(null).leaving()).isZero();
        sql("UPDATE subscription SET valid_until = '2026-06-18T00:00:00Z' WHERE account_id = 1");
        assertThat(copies(null).leaving()).isEqualTo(1);
    }

    @Test
    void withoutLimitNothingIsTemporaryAndNothingLeaves() {
        sql("UPDATE plan_terms SET unbound_days = NULL WHERE plan_code = 'NFR'");
        sql("UPDATE subscription SET plan_code = 'NFR' WHERE account_id = 1");
        copy(1, NOW.minus(DAY.multipliedBy(4000)), 0, 0, null);
        CopyCounts counts = copies(null);
        sql("UPDATE plan_terms SET unbound_days = 90 WHERE plan_code = 'NFR' AND valid_until IS NULL");
        assertThat(counts).isEqualTo(new CopyCounts(0, 0, 1, 0, 0, 100));
    }

    @Test
    void anOwnerSeesOnlyTheOwnAccount() {
        copy(1, NOW.minus(DAY), 1, 0, null);
        copy(3, NOW.minus(DAY), 1, 0, null);
        run("COMPLETED", null);
        Situation own = read(2L);
        assertThat(own.accounts()).isEqualTo(1);
        assertThat(own.copies().all()).isEqualTo(1);
        assertThat(own.mailboxes()).isEqualTo(new MailboxCounts(0, 0, 1));
        assertThat(own.attention()).extracting(Attention::account).containsOnly("Alder");
        assertThat(own.lastPurge())
                .hasValueSatisfying(last -> assertThat(last.purged()).isZero());
        assertThat(own.days()).allSatisfy(day -> assertThat(day.purged()).isZero());
    }

    @Test
    void mailboxesAreHealthyPausedOrNeedAction() {
        mailbox(4, 1, "PAUSED_BY_USER");
        mailbox(5, 1, "AUTH_FAILED");
        mailbox(6, 1, "DISCONNECTED");
        sql(
                "INSERT INTO mailbox_sync (mailbox_id, due_at, failures, last_error) VALUES (2, '2026-06-15', 3, 'timeout')");
        assertThat(read(null).mailboxes()).isEqualTo(new MailboxCounts(1, 1, 3));
    }

    @Test
    void attentionIsWorstFirstAndTakesReasonsAsTheyAre() {
        mailbox(5, 1, "AUTH_FAILED");
        sql("UPDATE mailbox SET state_reason = '<script>alert(1)</script>' WHERE id = 5");
        run("FAILED", "disk full");
        Situation situation = read(null);
        assertThat(situation.attention())
                .extracting(Attention::kind)
                .containsExactly(
                        Attention.Kind.PURGE_FAILED, Attention.Kind.AUTH_FAILED, Attention.Kind.PAUSED_BY_PLAN);
        assertThat(situation.attention().get(0).detail()).isEqualTo("disk full");
        assertThat(situation.attention().get(1).detail()).isEqualTo("<script>alert(1)</script>");
        assertThat(situation.attentionInAll()).isEqualTo(3);
    }

    @Test
    void aFailedRunThatALaterOneMadeGoodNeedsNobody() {
        run("FAILED", "disk full");
        run("COMPLETED", null);
        assertThat(read(null).attention()).extracting(Attention::kind).containsExactly(Attention.Kind.PAUSED_BY_PLAN);
    }

    @Test
    void heldRunWaitsForSomebodyWhateverCameAfterItAndACancelledOneDoesNot() {
        run("HELD", null);
        run("COMPLETED", null);
        run("CANCELLED", null);
        assertThat(read(null).attention())
                .extracting(Attention::kind)
                .containsExactly(Attention.Kind.PURGE_HELD, Attention.Kind.PAUSED_BY_PLAN);
    }

    @Test
    void quarantinedOriginalsAreCountedPerMailbox() {
        sql("INSERT INTO quarantined_original (folder_id, uid_validity, uid, reason, first_seen, last_tried, tries)"
                + " VALUES (1, 1, 1, 'too large', '2026-06-01', '2026-06-01', 3),"
                + " (1, 1, 2, 'too large', '2026-06-02', '2026-06-02', 3),"
                + " (1, 1, 3, 'the session ended', '2026-05-02', '2026-06-02', 2)");
        assertThat(read(1L).attention()).singleElement().satisfies(one -> {
            assertThat(one.kind()).isEqualTo(Attention.Kind.QUARANTINED);
            assertThat(one.count()).isEqualTo(2);
            assertThat(one.since()).isEqualTo("2026-06-01T00:00:00Z");
        });
    }

    @Test
    void theNextDatedChangesComeSoonestFirst() {
        sql("UPDATE subscription SET valid_until = '2026-07-01T00:00:00Z' WHERE account_id = 1");
        subscribe(2, "STANDARD", "2026-06-20T00:00:00Z", "2026-06-25T00:00:00Z");
        subscribe(2, "NFR", "2026-06-25T00:00:00Z", null);
        assertThat(read(null).changes())
                .containsExactly(
                        new DatedChange(
                                Instant.parse("2026-06-20T00:00:00Z"),
                                DatedChange.Kind.SUBSCRIPTION_STARTS,
                                "STANDARD",
                                Optional.of("Alder")),
                        new DatedChange(
                                Instant.parse("2026-06-25T00:00:00Z"),
                                DatedChange.Kind.SUBSCRIPTION_STARTS,
                                "NFR",
                                Optional.of("Alder")),
                        new DatedChange(
                                Instant.parse("2026-07-01T00:00:00Z"),
                                DatedChange.Kind.SUBSCRIPTION_ENDS,
                                "FREE",
                                Optional.of("Larch")));
        assertThat(read(1L).changes()).hasSize(1);
    }

    @Test
    void thirtyDaysAreThereAndPartAtTheMidnightsOfTheZone() {
        copy(1, Instant.parse("2026-06-14T18:00:00Z"), 1, 0, null);
        copy(1, Instant.parse("2026-06-14T16:00:00Z"), 0, 0, null);
        run("COMPLETED", null);
        sql("INSERT INTO purge_slice (run_id, number, first_copy, last_copy, due_copies, head,"
                + " purged_copies, purged_bytes) VALUES (1, 1, 1, 7, 7, '\\x00', 7, 700)");
        sql("INSERT INTO ledger_entry (run_id, slice, number, recorded_at, first_account, last_account, first_copy,"
                + " last_copy, copies, bytes, pack, previous_hash, hash) SELECT 1, 1, 1, '2026-06-10T10:00:00Z', 1, 2,"
                + " 1, 7, 7, 700, '\\x00', sha256('a'), sha256('b')");
        Situation utc = read(null);
        assertThat(utc.days()).hasSize(30);
        assertThat(utc.days().get(29).day()).isEqualTo(LocalDate.parse("2026-06-15"));
        assertThat(utc.days()).contains(new DayOfCopies(LocalDate.parse("2026-06-14"), 1, 1, 0));
        assertThat(utc.days()).contains(new DayOfCopies(LocalDate.parse("2026-06-10"), 0, 0, 7));
        assertThat(utc.lastPurge().orElseThrow().purged()).isEqualTo(7);
        Situation hanoi =
                jdbi.withHandle(h -> new OverviewQuery(h, NOW, Optional.empty()).read(ZoneId.of("Asia/Ho_Chi_Minh")));
        assertThat(hanoi.days())
                .contains(
                        new DayOfCopies(LocalDate.parse("2026-06-14"), 0, 1, 0),
                        new DayOfCopies(LocalDate.parse("2026-06-15"), 1, 0, 0));
    }

    @Test
    void aColleaguesPersonalMailboxIsNotCountedForAnOwner() {
        sql("INSERT INTO app_user (id, account_id, email, display_name, role, created_at) VALUES"
                + " (9, 1, 'c@larch.example', 'C', 'OWNER', '2026-01-01')");
        sql("UPDATE mailbox SET owner_id = 9, state = 'AUTH_FAILED' WHERE id = 2");
        Situation own = read(1L);
        assertThat(own.mailboxes().healthy()).isEqualTo(1);
        assertThat(own.mailboxes().needingAction()).isZero();
        assertThat(own.attention()).isEmpty();
        sql("INSERT INTO mailbox_share (mailbox_id, user_id) VALUES (2, 1)");
        assertThat(read(1L).attention()).hasSize(1);
    }

    @Test
    void anInstallationWithoutAnythingIsEmpty() {
        sql("UPDATE mailbox SET state = 'DISCONNECTED'");
        assertThat(read(null).isEmpty()).isTrue();
    }

    private static Situation read(Long account) {
        // The owners of the accounts have their ids.
        Optional<Viewer> owner = Optional.ofNullable(account).map(id -> new Viewer(id, id));
        return jdbi.withHandle(h -> new OverviewQuery(h, NOW, owner).read(ZoneOffset.UTC));
    }

    private static CopyCounts copies(Long account) {
        return read(account).copies();
    }

    private static void sql(String statement) {
        jdbi.useHandle(h -> h.execute(statement));
    }

    private static void subscribe(long account, String plan, String from, String until) {
        jdbi.useHandle(h -> h.execute(
                "INSERT INTO subscription (account_id, plan_code, valid_from, valid_until, known_from, recorded_by, reason)"
                        + " VALUES (?, ?, CAST(? AS timestamptz), CAST(? AS timestamptz), '2026-01-01', 'test', 'test')",
                account,
                plan,
                from,
                until));
    }

    private static void mailbox(long id, long account, String state) {
        jdbi.useHandle(h -> {
            h.execute(
                    "INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security, login,"
                            + " state, state_since, connected_at) VALUES (?, ?, ?, ?, 'imap.example', 993, 'TLS', 'x', ?,"
                            + " '2026-05-01', '2026-01-01')",
                    id,
                    account,
                    account,
                    "box" + id + "@mail.example",
                    state);
            h.execute("INSERT INTO folder (id, mailbox_id, wire_name, name) VALUES (?, ?, 'INBOX', 'INBOX')", id, id);
        });
    }

    private static void copy(long mailbox, Instant clock, int binds, int holds, Instant keepUntil) {
        jdbi.useHandle(h -> h.execute(
                "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock, copied_at, size_bytes,"
                        + " content_sha256, bind_count, hold_count, keep_until)"
                        + " SELECT m.account_id, m.id, m.id, 1, (SELECT count(*) + 1 FROM mail_copy), ?, ?, 100,"
                        + " sha256('x'), ?, ?, CAST(? AS timestamptz) FROM mailbox m WHERE m.id = ?",
                clock,
                clock,
                binds,
                holds,
                keepUntil == null ? null : keepUntil.toString(),
                mailbox));
    }

    private static void run(String status, String failure) {
        jdbi.useHandle(h -> h.execute(
                "INSERT INTO purge_run (as_of, scope_kind, status, started_by, started_at, ended_at, terms, worker_slots,"
                        + " chunk_size, heartbeat_at, held_reason, failure) VALUES ('2026-06-10', 'EVERYTHING', ?, 'test', '2026-06-10',"
                        + " '2026-06-10', '[]', 1, 100, '2026-06-10', 'more than its preview', ?)",
                status,
                failure));
    }
}
