package org.holdfast.sync;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;
import javax.sql.DataSource;
import org.holdfast.mailbox.FoundFolder;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.MailboxRows;
import org.holdfast.mailbox.PlanFollower;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.plan.EntitlementQuery;
import org.holdfast.run.LocalPostgres;
import org.holdfast.security.SecretBox;
import org.holdfast.sync.imap.ImapClient;
import org.holdfast.sync.imap.WireLimits;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Jdbi;

/** A database, a key and a clock around the real passes, without a container. */
final class PullBench {

    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private static final Map<LocalPostgres, String> TEMPLATES = new ConcurrentHashMap<>();

    final Jdbi jdbi;
    final SecretBox secrets;
    final long accountId;
    final long userId;
    Instant now = NOW;
    HostPolicy hosts = new HostPolicy("127.0.0.1", java.net.InetAddress::getAllByName);
    WireLimits limits = WireLimits.DEFAULT;
    SSLSocketFactory tls = (SSLSocketFactory) SSLSocketFactory.getDefault();

    /** Done whenever a pass asks the plan: once before it connects, then before each folder and batch. */
    Runnable whenAsked = () -> {};

    /** Whether each thread keeps its connection, as with the pool of a server, instead of a new one each time. */
    volatile boolean pooled;

    private final LocalPostgres postgres;
    private final String database;

    PullBench(LocalPostgres postgres, Path keys, String plan) {
        this.postgres = postgres;
        database = migrated(postgres);
        jdbi = Jdbi.create(connections(postgres.database(database)));
        secrets = new SecretBox(keys.resolve("keyset.json"));
        accountId = id("INSERT INTO account (name, created_at) VALUES ('Test', '2026-01-01') RETURNING id");
        userId = id("INSERT INTO app_user (account_id, email, display_name, role, created_at) VALUES (" + accountId
                + ", 'o" + NUMBERS.incrementAndGet() + "@example.com', 'O', 'OWNER', '2026-01-01') RETURNING id");
        subscribe(plan);
    }

    /** Migrated once for each server, then copied. */
    private static String migrated(LocalPostgres postgres) {
        String template = TEMPLATES.computeIfAbsent(postgres, server -> {
            String name = "migrated_" + NUMBERS.incrementAndGet();
            SchemaMigration.migrate(server.createDatabase(name, "template1"));
            return name;
        });
        String name = "bench_" + NUMBERS.incrementAndGet();
        postgres.createDatabase(name, template);
        return name;
    }

    private ConnectionFactory connections(DataSource database) {
        Map<Thread, Connection> kept = new ConcurrentHashMap<>();
        return new ConnectionFactory() {
            @Override
            public Connection openConnection() throws SQLException {
                if (!pooled) {
                    return database.getConnection();
                }
                Connection mine = kept.get(Thread.currentThread());
                if (mine == null) {
                    mine = database.getConnection();
                    kept.put(Thread.currentThread(), mine);
                }
                return mine;
            }

            @Override
            public void closeConnection(Connection connection) throws SQLException {
                if (!kept.containsValue(connection)) {
                    connection.close();
                }
            }
        };
    }

    /** As it was when an older copy of the database was taken. */
    private PullBench(PullBench original) {
        postgres = original.postgres;
        database = "bench_" + NUMBERS.incrementAndGet();
        jdbi = Jdbi.create(postgres.createDatabase(database, original.database));
        secrets = original.secrets;
        accountId = original.accountId;
        userId = original.userId;
        now = original.now;
    }

    /** Takes a copy of the database as it is, to go on with later. */
    PullBench snapshot() {
        return new PullBench(this);
    }

    /** Beside what a migrated database holds already: an account of its own, on a plan that syncs. */
    PullBench(Jdbi loaded, Path keys) {
        postgres = null; // no snapshot is taken of it
        database = null;
        jdbi = loaded;
        secrets = new SecretBox(keys.resolve("keyset.json"));
        accountId = id("INSERT INTO account (name, created_at) VALUES ('Pull', '2026-01-01') RETURNING id");
        userId = id("INSERT INTO app_user (account_id, email, display_name, role, created_at) VALUES (" + accountId
                + ", 'pull" + NUMBERS.incrementAndGet() + "@example.com', 'O', 'OWNER', '2026-01-01') RETURNING id");
        jdbi.useHandle(h -> h.execute(
                "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                        + " VALUES (?, 'PROFESSIONAL', '2025-01-01', '2025-01-01', 'test', 'test')",
                accountId));
    }

    void subscribe(String plan) {
        jdbi.useHandle(h -> h.execute("DELETE FROM subscription"));
        jdbi.useHandle(h -> h.execute(
                "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                        + " VALUES (?, ?, '2025-01-01', '2025-01-01', 'test', 'test')",
                accountId,
                plan));
    }

    long id(String sql) {
        return jdbi.withHandle(h -> h.createQuery(sql).mapTo(Long.class).one());
    }

    long mailbox(String login, int port) {
        return mailbox(login, port, "secret");
    }

    long mailbox(String login, int port, String password) {
        long mailbox = id("INSERT INTO mailbox (account_id, owner_id, address, imap_host, imap_port, imap_security,"
                + " login, state, state_since, connected_at) VALUES (" + accountId + ", " + userId + ", '" + login
                + "@example.com', '127.0.0.1', " + port + ", 'NONE', '" + login
                + "', 'ACTIVE', '2026-01-01', '2026-01-01') RETURNING id");
        byte[] secret = secrets.seal(accountId, mailbox, MailboxRows.PASSWORD, password);
        jdbi.useHandle(h -> {
            h.execute("UPDATE mailbox SET secret = ? WHERE id = ?", secret, mailbox);
            new MailboxRows(h).enrol(mailbox, List.<FoundFolder>of());
        });
        return mailbox;
    }

    Lease claim(long mailbox) {
        return jdbi.withHandle(h -> {
            h.execute(
                    "UPDATE mailbox_sync SET due_at = clock_timestamp() - interval '1 s', not_before = NULL"
                            + " WHERE mailbox_id = ?",
                    mailbox);
            h.execute("DELETE FROM provider_host");
            return new Leases(h)
                    .claim(new Leases.ClaimOrder("test", 1000, Duration.ofMinutes(5), 1000, 1000), now).stream()
                            .filter(lease -> lease.mailboxId() == mailbox)
                            .findFirst()
                            .orElseThrow();
        });
    }

    MailboxPass.Outcome pull(long mailbox) {
        return pull(claim(mailbox), new InJdbi());
    }

    MailboxPass.Outcome pull(Lease lease, ShortTransaction transactions) {
        return pass(transactions).run(lease);
    }

    MailboxPass pass(ShortTransaction transactions) {
        PlanAnswer plan = (account, at) -> {
            whenAsked.run();
            return new EntitlementQuery(jdbi).find(account, at, now).orElseThrow();
        };
        return new MailboxPass(
                transactions,
                plan,
                secrets,
                new ImapClient(hosts, limits, tls),
                Clock.fixed(now, ZoneOffset.UTC),
                followed -> {});
    }

    /** Mailboxes follow the plan, as the timer makes them. */
    void follow() {
        jdbi.useTransaction(h -> new PlanFollower(h).accounts(List.of(accountId), now));
    }

    long count(String table) {
        return id("SELECT count(*) FROM " + table);
    }

    /** Transactions of Jdbi instead of the container's. */
    final class InJdbi implements ShortTransaction {
        @Override
        public <T> T call(java.util.function.Function<org.jdbi.v3.core.Handle, T> work) {
            return jdbi.inTransaction(work::apply);
        }
    }
}
