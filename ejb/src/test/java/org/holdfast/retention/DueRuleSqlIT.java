package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.plan.Allowance;
import org.holdfast.plan.Entitlement;
import org.holdfast.plan.RetentionPeriod;
import org.holdfast.retention.DueRule.Verdict;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DueRuleSqlIT {

    private static final int ACCOUNTS = 40;
    private static final int COPIES = 6000;
    private static final String[] PLANS = {"FREE", "CRM_PLUS", "DEMO", "STANDARD", "PROFESSIONAL", "NFR", "UNLIMITED"};

    private static LocalPostgres postgres;
    private static Jdbi jdbi;
    private static Random random;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
        var database = postgres.createDatabase();
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        long seed = System.nanoTime();
        System.out.println("DueRuleSqlIT seed " + seed);
        random = new Random(seed);
        jdbi.useTransaction(DueRuleSqlIT::generate);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static final Instant CENTRE = Instant.parse("2024-03-31T01:30:00Z");

    private static void generate(Handle h) {
        h.execute("INSERT INTO plan (code, name, rank) VALUES ('UNLIMITED', 'Keeps for ever', 99)");
        h.execute("INSERT INTO plan_terms (plan_code, valid_from, known_from, syncs, unbound_days, grace_days,"
                + " recorded_by, reason) VALUES ('UNLIMITED', '2000-01-01Z', '2000-01-01Z', true, NULL, 7, 't', 't')");
        for (int account = 1; account <= ACCOUNTS; account++) {
            h.execute(
                    "INSERT INTO account (id, name, created_at, hold_count, keep_until) VALUES (?, 'a', now(), ?, ?)",
                    account,
                    random.nextInt(8) == 0 ? 1 : 0,
                    random.nextInt(8) == 0 ? CENTRE.plus(jitter()) : null);
            h.execute(
                    "INSERT INTO app_user (id, account_id, email, display_name, role, created_at)"
                            + " VALUES (?, ?, ?, 'o', 'OWNER', now())",
                    account,
                    account,
                    "o" + account + "@example.org");
            if (random.nextInt(5) > 0) {
                subscribe(h, account);
            }
            for (int mailbox = 2 * account; mailbox <= 2 * account + 1; mailbox++) {
                h.execute(
                        "INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security,"
                                + " login, state, state_since, connected_at, hold_count, keep_until) VALUES (?, ?, ?, ?,"
                                + " 'h', 993, 'TLS', 'l', 'ACTIVE', now(), now(), ?, ?)",
                        mailbox,
                        account,
                        account,
                        mailbox + "@example.org",
                        random.nextInt(8) == 0 ? 1 : 0,
                        random.nextInt(8) == 0 ? CENTRE.plus(jitter()) : null);
                h.execute(
                        "INSERT INTO folder (id, mailbox_id, wire_name, name) VALUES (?, ?, 'INBOX', 'INBOX')",
                        mailbox,
                        mailbox);
            }
        }
        for (int copy = 1; copy <= COPIES; copy++) {
            copy(h, copy);
        }
    }

    private static void subscribe(Handle h, int account) {
        Instant change = CENTRE.plus(Duration.ofDays(random.nextInt(-20, 20)));
        String insert = "INSERT INTO subscription (account_id, plan_code, valid_from, valid_until, known_from,"
                + " recorded_by, reason) VALUES (?, ?, ?, ?, '2015-01-01Z', 't', 't')";
        h.execute(insert, account, plan(), Instant.parse("2015-01-01T00:00:00Z"), change);
        if (random.nextBoolean()) {
            h.execute(insert, account, plan(), change, null);
        }
    }

    private static String plan() {
        return PLANS[random.nextInt(PLANS.length)];
    }

    private static void copy(Handle h, int id) {
        int mailbox = random.nextInt(2, 2 * ACCOUNTS + 2);
        h.execute(
                "INSERT INTO mail_copy (id, account_id, mailbox_id, folder_id, uid_validity, uid, clock, copied_at,"
                        + " size_bytes, content_sha256, bind_count, hold_count, keep_until)"
                        + " VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, sha256('x'), ?, ?, ?)",
                id,
                mailbox / 2,
                mailbox,
                mailbox,
                id,
                CENTRE.minus(Duration.ofDays(new int[] {0, 30, 60, 90}[random.nextInt(4)]))
                        .plus(jitter()),
                CENTRE,
                random.nextInt(10_000),
                random.nextInt(6) == 0 ? 1 + random.nextInt(3) : 0,
                random.nextInt(10) == 0 ? 1 : 0,
                random.nextInt(3) == 0 ? CENTRE.plus(jitter()) : null);
    }

    /** Often nothing or as little as the database can tell apart, else up to some days. */
    private static Duration jitter() {
        return switch (random.nextInt(4)) {
            case 0 -> Duration.ZERO;
            case 1 -> Duration.ofNanos(1000L * random.nextInt(-1, 2));
            case 2 -> Duration.ofMillis(random.nextInt(-1, 2));
            default -> Duration.ofSeconds(random.nextInt(-400_000, 400_000));
        };
    }

    private static List<Instant> instants() {
        return List.of(
                CENTRE,
                CENTRE.plus(Duration.ofNanos(1000)),
                CENTRE.minusMillis(1),
                CENTRE.plusMillis(1),
                CENTRE.plus(Duration.ofDays(random.nextInt(-30, 60))),
                Instant.parse("2019-04-30T23:59:59.999Z"));
    }

    @Test
    void sqlAndDomainGiveTheSameVerdictOnEveryCopyAtEveryInstant() {
        Map<Verdict, Integer> seen = new EnumMap<>(Verdict.class);
        for (Instant at : instants()) {
            List<Judged> judged = judge(at);
            assertThat(judged).hasSize(COPIES).allSatisfy(copy -> {
                assertThat(copy.sql()).isEqualTo(copy.domain());
                assertThat(copy.due()).isEqualTo(copy.domain() == Verdict.DUE);
            });
            judged.forEach(copy -> seen.merge(copy.domain(), 1, Integer::sum));
        }
        assertThat(seen).containsOnlyKeys(Verdict.values());
    }

    @Test
    void previewCountsEveryCopyUnderItsVerdict() {
        for (Instant at : instants()) {
            List<Judged> judged = judge(at);
            Preview preview =
                    jdbi.withHandle(h -> new PreviewQuery(h).count(PurgeScope.EVERYTHING, at, Optional.empty()));
            assertThat(preview.copies()).isEqualTo(COPIES);
            assertThat(preview.due()).isEqualTo(count(judged, Verdict.DUE));
            assertThat(preview.dueBytes())
                    .isEqualTo(judged.stream()
                            .filter(Judged::due)
                            .mapToLong(Judged::size)
                            .sum());
            assertThat(preview.kept())
                    .isEqualTo(new Kept(
                            count(judged, Verdict.BOUND),
                            count(judged, Verdict.HELD),
                            count(judged, Verdict.YOUNG),
                            count(judged, Verdict.IN_GRACE)));
        }
    }

    @Test
    void narrowScopesAddUpToTheWholeAndAnOwnerSeesTheOwnMailboxes() {
        Preview whole = preview(PurgeScope.EVERYTHING, Optional.empty());
        long byAccount = 0;
        long byMailbox = 0;
        for (long account = 1; account <= ACCOUNTS; account++) {
            PurgeScope scope = new PurgeScope(PurgeScope.Kind.ACCOUNT, Long.toString(account));
            Preview one = preview(scope, Optional.empty());
            byAccount += one.due();
            assertThat(preview(PurgeScope.EVERYTHING, Optional.of(account)).plans())
                    .isEqualTo(one.plans());
            assertThat(preview(scope, Optional.of(account % ACCOUNTS + 1)).copies())
                    .isZero();
            for (long mailbox = 2 * account; mailbox <= 2 * account + 1; mailbox++) {
                PurgeScope narrow = new PurgeScope(PurgeScope.Kind.MAILBOX, Long.toString(mailbox));
                byMailbox += preview(narrow, Optional.empty()).due();
            }
        }
        long byPlan = 0;
        for (String plan : PLANS) {
            byPlan += preview(new PurgeScope(PurgeScope.Kind.PLAN, plan), Optional.empty())
                    .due();
        }
        assertThat(List.of(byAccount, byMailbox, byPlan)).containsOnly(whole.due());
        assertThat(whole.due()).isPositive();
    }

    @Test
    void planChangedLaterIsJudgedByThePresentKnowledge() {
        jdbi.useHandle(h -> {
            h.begin();
            long due = new PreviewQuery(h)
                    .count(PurgeScope.EVERYTHING, CENTRE, Optional.empty())
                    .due();
            h.execute("UPDATE subscription SET known_until = '2024-05-01Z' WHERE known_until IS NULL");
            h.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                            + " SELECT id, 'UNLIMITED', '2015-01-01Z', '2024-05-01Z', 't', 'upgrade found out late' FROM account");
            Preview after = new PreviewQuery(h).count(PurgeScope.EVERYTHING, CENTRE, Optional.empty());
            h.rollback();
            assertThat(due).isPositive();
            assertThat(after.due()).isZero();
        });
    }

    private static Preview preview(PurgeScope scope, Optional<Long> onlyUser) {
        return jdbi.withHandle(h -> new PreviewQuery(h).count(scope, CENTRE, onlyUser));
    }

    private static long count(List<Judged> judged, Verdict verdict) {
        return judged.stream().filter(copy -> copy.domain() == verdict).count();
    }

    private record Judged(long size, Verdict sql, boolean due, Verdict domain) {}

    private static List<Judged> judge(Instant at) {
        return jdbi.withHandle(h -> h.createQuery(
                        "SELECT c.*, c.hold_count + m.hold_count + a.hold_count AS holds, e.*,"
                                + " m.keep_until AS mailbox_keeps, a.keep_until AS account_keeps, "
                                + DueRuleSql.VERDICT + " AS verdict, coalesce(" + DueRuleSql.DUE
                                + ", false) AS due FROM "
                                + DueRuleSql.ENTITLEMENT + " JOIN account a ON a.id = e.account_id"
                                + " JOIN mail_copy c ON c.account_id = e.account_id JOIN mailbox m ON m.id = c.mailbox_id")
                .bind("asOf", at)
                .map((row, context) -> judged(row, at))
                .list());
    }

    private static Judged judged(ResultSet row, Instant at) throws SQLException {
        Instant keepUntil = null;
        for (String column : List.of("keep_until", "mailbox_keeps", "account_keeps")) {
            OffsetDateTime until = row.getObject(column, OffsetDateTime.class);
            if (until != null && (keepUntil == null || until.toInstant().isAfter(keepUntil))) {
                keepUntil = until.toInstant();
            }
        }
        DueRule.Facts facts = new DueRule.Facts(
                row.getObject("clock", OffsetDateTime.class).toInstant(),
                row.getInt("bind_count") > 0,
                row.getInt("holds") > 0,
                keepUntil);
        Entitlement plan = new Entitlement(
                row.getLong("account_id"),
                row.getString("plan_code"),
                row.getLong("terms_id"),
                row.getBoolean("syncs"),
                RetentionPeriod.ofNullableDays(row.getObject("unbound_days", Integer.class)),
                Duration.ofDays(row.getInt("grace_days")),
                Allowance.ofNullable(row.getObject("mailboxes_per_user", Integer.class)),
                Allowance.ofNullable(row.getObject("shared_mailboxes", Integer.class)));
        return new Judged(
                row.getLong("size_bytes"),
                Verdict.valueOf(row.getString("verdict")),
                row.getBoolean("due"),
                DueRule.judge(facts, plan, at));
    }
}
