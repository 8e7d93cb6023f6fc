package org.holdfast.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.holdfast.mailbox.Followed;
import org.holdfast.mailbox.PlanFollower;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;

/**
 * How long the policy answer takes for many accounts in one pass, how long new terms take to be followed by
 * all of their mailboxes, and what the change of a single account costs among them. Durable commits.
 */
public final class EntitlementBench {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final int STEP = 5_000;

    /** An answer for a million accounts; the paper model has five. */
    private static final double GOAL_SECONDS_PER_MILLION = 5.0;

    private EntitlementBench() {}

    /** Argument: how many accounts, one mailbox each. */
    public static void main(String[] arguments) throws IOException {
        int accounts = Integer.parseInt(arguments[0]);
        try (LocalPostgres postgres = LocalPostgres.start()) {
            DataSource database = postgres.createDatabase();
            SchemaMigration.migrate(database);
            Jdbi jdbi = Jdbi.create(database);
            load(jdbi, accounts);
            double nothing = timed(() -> follow(jdbi, NOW)).seconds();
            Timed answer = median(jdbi);
            jdbi.useHandle(h -> h.execute("INSERT INTO policy_due (due_at) VALUES (?)", NOW));
            Timed unchanged = timed(() -> follow(jdbi, NOW));
            double one = oneAccount(jdbi, accounts / 2);
            Timed stops = timed(() -> {
                jdbi.useHandle(h -> {
                    h.execute("UPDATE plan_terms SET syncs = false WHERE plan_code = 'NFR'");
                    h.execute("INSERT INTO policy_due (due_at) VALUES (?)", NOW);
                });
                return follow(jdbi, NOW);
            });
            System.out.printf(
                    Locale.ROOT,
                    "%d accounts: first look %.2f s; terms that change nothing %.2f s; terms that pause %d mailboxes %.2f s;"
                            + " plan change of one account %.1f ms%n",
                    accounts,
                    nothing,
                    unchanged.seconds(),
                    stops.count(),
                    stops.seconds(),
                    one * 1_000);
            report(answer, accounts);
        }
    }

    private record Timed(long count, double seconds) {}

    private static void load(Jdbi jdbi, int accounts) {
        jdbi.useTransaction(h -> {
            // Nothing to check row by row: what it refers to was made here.
            h.execute("SET LOCAL session_replication_role = replica");
            h.execute(
                    "INSERT INTO account (id, name, created_at) SELECT n, 'Account ' || n, '2020-01-01Z' FROM generate_series(1, ?) n",
                    accounts);
            h.execute(
                    "INSERT INTO app_user (id, account_id, email, display_name, role, created_at) SELECT n, n,"
                            + " 'o' || n || '@example.org', 'o', 'OWNER', '2020-01-01Z' FROM generate_series(1, ?) n",
                    accounts);
            h.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason) SELECT n,"
                            + " (ARRAY['CRM_PLUS', 'STANDARD', 'PROFESSIONAL', 'NFR'])[1 + n % 4], '2020-01-01Z', '2020-01-01Z',"
                            + " 'bench', 'bench' FROM generate_series(1, ?) n",
                    accounts);
            h.execute(
                    "INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security, login, state,"
                            + " state_since, connected_at) SELECT n, n, n, n || '@example.org', 'h', 993, 'TLS', 'l', 'ACTIVE',"
                            + " '2020-01-01Z', '2020-01-01Z' FROM generate_series(1, ?) n",
                    accounts);
            h.execute("DELETE FROM policy_due");
        });
        jdbi.useHandle(h -> h.execute("VACUUM ANALYZE"));
    }

    private static Timed median(Jdbi jdbi) {
        double[] seconds = new double[5];
        long count = 0;
        for (int round = 0; round < seconds.length; round++) {
            Timed timed = timed(() -> jdbi.withHandle(h -> h.createQuery(
                            "SELECT count(*) FROM entitlement(:at, 'infinity') WHERE syncs AND unbound_days > 0")
                    .bind("at", NOW)
                    .mapTo(Long.class)
                    .one()));
            seconds[round] = timed.seconds();
            count = timed.count();
        }
        java.util.Arrays.sort(seconds);
        return new Timed(count, seconds[2]);
    }

    private static long follow(Jdbi jdbi, Instant now) {
        long changed = 0;
        Optional<Followed> step = step(jdbi, now);
        while (step.isPresent()) {
            changed += step.get().paused().size() + step.get().resumed().size();
            step = step(jdbi, now);
        }
        return changed;
    }

    private static Optional<Followed> step(Jdbi jdbi, Instant now) {
        return jdbi.inTransaction(h -> new PlanFollower(h).step(now, STEP));
    }

    /** Downgraded and upgraded again, several times; the mean. */
    private static double oneAccount(Jdbi jdbi, long account) {
        Timed timed = timed(() -> {
            for (int i = 1; i <= 20; i++) {
                change(jdbi, account, i % 2 == 0 ? "NFR" : "FREE", NOW.plus(Duration.ofMillis(i)));
            }
            return 20L;
        });
        return timed.seconds() / timed.count();
    }

    private static void change(Jdbi jdbi, long account, String plan, Instant now) {
        jdbi.useTransaction(h -> {
            h.execute(
                    "UPDATE subscription SET known_until = ? WHERE account_id = ? AND known_until IS NULL",
                    now,
                    account);
            h.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                            + " VALUES (?, ?, ?, ?, 'bench', 'bench')",
                    account,
                    plan,
                    now,
                    now);
            new PlanFollower(h).accounts(java.util.List.of(account), now);
        });
    }

    private static Timed timed(Supplier<Long> work) {
        long start = System.nanoTime();
        long count = work.get();
        return new Timed(count, (System.nanoTime() - start) / 1e9);
    }

    private static void report(Timed answer, int accounts) throws IOException {
        double perMillion = answer.seconds() * 1e6 / accounts;
        System.out.printf(
                Locale.ROOT,
                "%d of %d accounts answered in %.2f s%nbench entitlement/seconds-per-million-accounts %.2f goal <=%.1f %s%n",
                answer.count(),
                accounts,
                answer.seconds(),
                perMillion,
                GOAL_SECONDS_PER_MILLION,
                perMillion <= GOAL_SECONDS_PER_MILLION ? "ok" : "short");
        Path folder = Files.createDirectories(Path.of("target", "bench"));
        Files.writeString(
                folder.resolve("entitlement.json"),
                String.format(
                        Locale.ROOT,
                        "{\"accounts\": %d, \"seconds\": %.3f, \"secondsPerMillion\": %.3f}%n",
                        accounts,
                        answer.seconds(),
                        perMillion));
    }
}
