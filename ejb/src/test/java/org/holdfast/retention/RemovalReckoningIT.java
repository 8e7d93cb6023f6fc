package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.plan.EntitlementQuery;
import org.holdfast.plan.EntitlementSpan;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is reckoned set-based, held against the fate of every single copy. */
class RemovalReckoningIT {

    private static final Instant NOW = Instant.parse("2019-04-20T08:00:00Z");
    private static final int ACCOUNTS = 30;
    private static final int COPIES = 4_000;
    private static final String[] PLANS = {"CRM_PLUS", "DEMO", "STANDARD", "PROFESSIONAL", "NFR"};

    private static final String SUBSCRIBE =
            "INSERT INTO subscription (account_id, plan_code, valid_from, valid_until, known_from, recorded_by, reason)"
                    + " VALUES (?, ?, ?, ?, '2015-01-01Z', 't', 't')";

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
        System.out.println("RemovalReckoningIT seed " + seed);
        random = new Random(seed);
        jdbi.useTransaction(RemovalReckoningIT::generate);
        jdbi.useTransaction(h -> new RemovalReckoning(h).reckon(1, ACCOUNTS, NOW));
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static void generate(Handle h) {
        for (long id = 1; id <= ACCOUNTS; id++) {
            insertAccount(h, id);
            if (id % 5 != 0) {
                // A plan that ends some day at midnight and falls to FREE, or to another plan.
                Instant end = Instant.parse("2019-04-21T00:00:00Z").plus(Duration.ofDays(random.nextInt(60)));
                subscribe(h, id, Instant.parse("2015-01-01T00:00:00Z"), end);
                if (random.nextBoolean()) {
                    subscribe(h, id, end, null);
                }
            }
        }
        for (int i = 1; i <= COPIES; i++) {
            long mailbox = 1L + random.nextInt(ACCOUNTS);
            Instant clock = NOW.minus(Duration.ofMinutes(random.nextInt(100 * 24 * 60)));
            insertCopy(
                    h,
                    mailbox,
                    i,
                    clock,
                    random.nextInt(6) == 0,
                    random.nextInt(10) == 0,
                    random.nextInt(8) == 0 ? NOW.plus(Duration.ofHours(random.nextInt(24 * 30))) : null);
        }
    }

    private static void insertAccount(Handle h, long id) {
        h.execute(
                "INSERT INTO account (id, name, created_at, hold_count) VALUES (?, ?, now(), ?)",
                id,
                "A" + id,
                id == 7 ? 1 : 0);
        h.execute(
                "INSERT INTO app_user (id, account_id, email, display_name, role, created_at) VALUES (?, ?, ?, 'o',"
                        + " 'OWNER', now())",
                id,
                id,
                "o" + id + "@example.org");
        h.execute(
                "INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security, login,"
                        + " state, state_since, connected_at) VALUES (?, ?, ?, ?, 'h', 993, 'TLS', 'l', 'ACTIVE',"
                        + " now(), now())",
                id,
                id,
                id,
                id + "@example.org");
        h.execute("INSERT INTO folder (id, mailbox_id, wire_name, name) VALUES (?, ?, 'INBOX', 'INBOX')", id, id);
    }

    private static void insertCopy(
            Handle h, long account, long uid, Instant clock, boolean bound, boolean held, Instant graceEnd) {
        h.execute(
                "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock, copied_at,"
                        + " size_bytes, content_sha256, bind_count, hold_count, keep_until)"
                        + " VALUES (?, ?, ?, 1, ?, ?, ?, ?, sha256('x'), ?, ?, ?)",
                account,
                account,
                account,
                uid,
                clock,
                clock,
                1 + random.nextInt(1000),
                bound ? 1 : 0,
                held ? 1 : 0,
                graceEnd);
    }

    private static void subscribe(Handle h, long account, Instant from, Instant until) {
        h.execute(SUBSCRIBE, account, PLANS[random.nextInt(PLANS.length)], from, until);
    }

    @Test
    void everyCopyThatLeavesStandsUnderTheDayOfItsFate() {
        Map<String, long[]> expected = new HashMap<>();
        LocalDate today = LocalDate.ofInstant(NOW, ZoneOffset.UTC);
        for (long account = 1; account <= ACCOUNTS; account++) {
            List<EntitlementSpan> timeline = new EntitlementQuery(jdbi).timeline(account, NOW, NOW);
            for (Fated copy : copies(account)) {
                Optional<Instant> leaves = Fate.of(copy.facts(), timeline, NOW).leavesAt();
                LocalDate day = leaves.map(at -> LocalDate.ofInstant(at, ZoneOffset.UTC))
                        .orElse(LocalDate.MAX);
                if (day.isBefore(today.plusDays(RemovalFilter.MOST_DAYS))) {
                    long[] sums = expected.computeIfAbsent(account + "/" + day, key -> new long[2]);
                    sums[0]++;
                    sums[1] += copy.size();
                }
            }
        }
        Map<String, long[]> reckoned = new HashMap<>();
        jdbi.useHandle(h -> h.createQuery("SELECT account_id || '/' || day AS key, sum(leaving_copies) AS copies,"
                        + " sum(leaving_bytes) AS bytes FROM removal_day GROUP BY 1 HAVING sum(leaving_copies) > 0")
                .map((row, context) ->
                        reckoned.put(row.getString("key"), new long[] {row.getLong("copies"), row.getLong("bytes")}))
                .list());
        assertThat(expected).hasSizeGreaterThan(100);
        assertThat(reckoned.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        expected.forEach((key, sums) -> assertThat(reckoned.get(key)).as(key).containsExactly(sums));
    }

    private record Fated(DueRule.Facts facts, long size) {}

    private static List<Fated> copies(long account) {
        return jdbi.withHandle(h -> h.createQuery(
                        "SELECT c.clock, c.bind_count > 0 AS bound, c.hold_count + a.hold_count > 0 AS held, c.keep_until,"
                                + " c.size_bytes FROM mail_copy c JOIN account a ON a.id = c.account_id WHERE a.id = :account")
                .bind("account", account)
                .map((row, context) -> new Fated(
                        new DueRule.Facts(
                                row.getTimestamp("clock").toInstant(),
                                row.getBoolean("bound"),
                                row.getBoolean("held"),
                                row.getTimestamp("keep_until") == null
                                        ? null
                                        : row.getTimestamp("keep_until").toInstant()),
                        row.getLong("size_bytes")))
                .list());
    }

    @Test
    void daysPlansAndAccountsAddUpToTheSameAndTheFilterNarrows() {
        RemovalFilter all = new RemovalFilter(RemovalFilter.MOST_DAYS, Optional.empty(), Optional.empty());
        long byDay = sum(readings(all).byDay());
        assertThat(byDay).isPositive();
        assertThat(sum(readings(all).byPlan())).isEqualTo(byDay);
        assertThat(sum(readings(all).accountsAfter(0, 1_000))).isEqualTo(byDay);
        assertThat(readings(all).worstAccounts(3)).hasSize(3);
        RemovalFilter one = new RemovalFilter(7, Optional.empty(), Optional.of(1L));
        assertThat(sum(readings(one).byDay())).isLessThan(byDay);
        assertThat(readings(all).byDay().stream().mapToLong(RemovalLine::kept).sum())
                .isPositive();
    }

    private static long sum(List<RemovalLine> lines) {
        return lines.stream().mapToLong(RemovalLine::leaving).sum();
    }

    private static RemovalReadings readings(RemovalFilter filter) {
        return new RemovalReadings(jdbi.open(), filter, NOW);
    }

    @Test
    void reckoningAgainChangesNothing() {
        String before = all();
        jdbi.useTransaction(h -> new RemovalReckoning(h).reckon(1, ACCOUNTS, NOW));
        assertThat(all()).isEqualTo(before);
    }

    private static String all() {
        return jdbi.withHandle(
                h -> h.createQuery("SELECT string_agg(r::text, E'\\n' ORDER BY r::text) FROM removal_day r")
                        .mapTo(String.class)
                        .one());
    }

    @Test
    void aGraceThatOutlivesTheShorterPlanIsHeldAgainstTheLongerOne() {
        long account = ACCOUNTS + 1;
        Instant change = Instant.parse("2019-05-10T00:00:00Z");
        jdbi.useTransaction(h -> {
            insertAccount(h, account);
            h.execute(SUBSCRIBE, account, "CRM_PLUS", Instant.parse("2015-01-01T00:00:00Z"), change);
            h.execute(SUBSCRIBE, account, "PROFESSIONAL", change, null);
            insertCopy(h, account, 10_001, NOW.minus(Duration.ofDays(40)), false, false, change.plusSeconds(60));
            insertCopy(h, account, 10_002, NOW.minus(Duration.ofDays(40)), false, false, change.minusSeconds(60));
        });
        List<EntitlementSpan> timeline = new EntitlementQuery(jdbi).timeline(account, NOW, NOW);
        List<MyMail.Leaving> leaving =
                jdbi.withHandle(h -> new MyMailQuery(h, NOW).leaving(account, account, null, timeline, null, 10));
        assertThat(leaving).singleElement().satisfies(copy -> assertThat(copy.leavesAt())
                .isEqualTo(change.minusSeconds(60)));
    }

    private static List<MyMail.Leaving> leavingOf(long account, long mailbox, List<EntitlementSpan> timeline) {
        return jdbi.withHandle(h -> new MyMailQuery(h, NOW).leaving(account, account, mailbox, timeline, null, 10_000));
    }

    @Test
    void anOwnersViewLeavesTheSameAsTheReckoning() {
        for (long account : new long[] {1, 2, 3, 5, 7}) {
            long id = account;
            MyMail.Standing standing = jdbi.withHandle(h -> new MyMailQuery(h, NOW).standing(id, id));
            List<EntitlementSpan> timeline = new EntitlementQuery(jdbi).timeline(id, NOW, NOW);
            List<MyMail.Leaving> leaving =
                    jdbi.withHandle(h -> new MyMailQuery(h, NOW).leaving(id, id, null, timeline, null, 10_000));
            assertThat(standing.mailboxes()).singleElement().satisfies(m -> {
                assertThat(m.copies()).isPositive();
                assertThat(m.leaving()).isEqualTo(leaving.size());
                assertThat(leavingOf(id, m.id(), timeline)).isEqualTo(leaving);
                assertThat(leavingOf(id, m.id() + 1, timeline)).isEmpty();
            });
            long expected = copies(id).stream()
                    .map(copy -> Fate.of(copy.facts(), timeline, NOW).leavesAt())
                    .flatMap(Optional::stream)
                    .filter(at -> LocalDate.ofInstant(at, ZoneOffset.UTC)
                            .isBefore(LocalDate.ofInstant(NOW, ZoneOffset.UTC).plusDays(MyMail.DAYS_AHEAD + 1L)))
                    .count();
            assertThat(standing.leaving()).isEqualTo(expected);
            standing.upgrades().forEach(up -> assertThat(up.stays()).isLessThanOrEqualTo(standing.leaving()));
            MyMail.Standing colleague = jdbi.withHandle(h -> new MyMailQuery(h, NOW).standing(id, id + 1));
            assertThat(colleague.mailboxes()).isEmpty();
        }
    }
}
