package org.holdfast.retention;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.holdfast.ledger.LedgerRows;
import org.holdfast.ledger.Verification;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Jdbi;
import org.postgresql.ds.PGSimpleDataSource;

/** A migrated database with accounts and copies, and worker slots driven as the batch runtime drives them. */
final class PurgeStage {

    static final Instant AS_OF = Instant.parse("2024-06-01T00:00:00Z");

    /** When the workers work: an hour after the instant that they purge as of. */
    static final Instant NOW = AS_OF.plus(Duration.ofHours(1));

    private static final String TEMPLATE = "stage_template";
    private static final AtomicInteger STAGES = new AtomicInteger();

    final String name;
    final DataSource database;
    final Jdbi jdbi;
    private final PurgeLeases leases = new Leases();
    final ContentRelease release = new ContentRelease();

    PurgeStage(LocalPostgres postgres) {
        this(postgres, TEMPLATE);
    }

    /** On a copy of another stage's database, to which nobody is connected. */
    PurgeStage(LocalPostgres postgres, String template) {
        name = "stage_" + STAGES.incrementAndGet();
        database = postgres.createDatabase(name, template);
        jdbi = Jdbi.create(database);
        leases.use(Jdbi.create(database), Clock.fixed(NOW, ZoneOffset.UTC));
        release.use(Jdbi.create(database));
    }

    /** On a database that is there. */
    PurgeStage(String name, DataSource database) {
        this.name = name;
        this.database = database;
        jdbi = Jdbi.create(database);
        leases.use(Jdbi.create(database), Clock.fixed(NOW, ZoneOffset.UTC));
        release.use(Jdbi.create(database));
    }

    /** The same database under another role. */
    PurgeStage as(LocalPostgres postgres, String role) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(postgres.url(name));
        source.setUser(role);
        return new PurgeStage(name, source);
    }

    /** A server with a migrated database that the stages are copies of. */
    static LocalPostgres startPostgres() {
        LocalPostgres postgres = LocalPostgres.start();
        SchemaMigration.migrate(postgres.createDatabase(TEMPLATE, "template1"));
        return postgres;
    }

    /** An account with one mailbox and folder of the same id. */
    void account(long id, String plan) {
        jdbi.useTransaction(h -> {
            h.execute("INSERT INTO account (id, name, created_at) VALUES (?, 'a', now())", id);
            h.execute(
                    "INSERT INTO app_user (id, account_id, email, display_name, role, created_at)"
                            + " VALUES (?, ?, ?, 'o', 'OWNER', now())",
                    id,
                    id,
                    "o" + id + "@example.org");
            h.execute(
                    "INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security,"
                            + " login, state, state_since, connected_at) VALUES (?, ?, ?, ?, 'h', 993, 'TLS', 'l',"
                            + " 'ACTIVE', now(), now())",
                    id,
                    id,
                    id,
                    id + "@example.org");
            h.execute("INSERT INTO folder (id, mailbox_id, wire_name, name) VALUES (?, ?, 'INBOX', 'INBOX')", id, id);
            if (plan != null) {
                h.execute(
                        "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                                + " VALUES (?, ?, '2015-01-01Z', '2015-01-01Z', 't', 't')",
                        id,
                        plan);
            }
        });
    }

    /** Copies of an account, the first received at an instant, each of the others a minute before; with content. */
    List<Long> copies(long account, int count, Instant latest) {
        return jdbi.inTransaction(h -> {
            List<Long> ids = h.createQuery(
                            "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid,"
                                    + " clock, received_at, copied_at, size_bytes, content_sha256)"
                                    + " SELECT :account, :account, :account, 1, base + n, at, at, at, 100 + n,"
                                    + " sha256((:account || '/' || (base + n))::bytea) FROM generate_series(1, :count) n,"
                                    + " LATERAL (SELECT CAST(:latest AS timestamptz) - (n - 1) * interval '1 minute' AS at) t,"
                                    + " (SELECT coalesce(max(uid), 0) AS base FROM mail_copy WHERE folder_id = :account) m"
                                    + " RETURNING id")
                    .bind("account", account)
                    .bind("count", count)
                    .bind("latest", latest)
                    .mapTo(Long.class)
                    .list();
            h.createUpdate("INSERT INTO mail_content (copy_id, raw) SELECT id, 'raw' FROM unnest(:ids) AS id")
                    .bind("ids", ids.toArray(Long[]::new))
                    .execute();
            return ids;
        });
    }

    static Instant daysBefore(int days) {
        return AS_OF.minus(Duration.ofDays(days));
    }

    long record(int slots, int chunk) {
        return record(PurgeScope.EVERYTHING, slots, chunk);
    }

    long record(PurgeScope scope, int slots, int chunk) {
        return record(request(scope, AS_OF, slots, chunk)).orElseThrow();
    }

    Optional<Long> record(RunRequest request) {
        return jdbi.inTransaction(h -> new RunQueue(h).record(request, "test", AS_OF));
    }

    /** A run that nothing holds. */
    static RunRequest request(PurgeScope scope, Instant asOf, int slots, int chunk) {
        Optional<Integer> none = Optional.empty();
        RunLimits limits = new RunLimits(slots, chunk, none, none, none, none);
        return new RunRequest(scope, asOf, Optional.empty(), 5, false, limits);
    }

    /** Plans and purges with worker slots in threads, and ends the execution. */
    PurgeRun run(long runId, int execution) {
        purgeOnly(runId, execution);
        sweep(runId);
        return end(runId, execution);
    }

    /** As {@link #run}, but content is not released and the execution goes on. */
    void purgeOnly(long runId, int execution) {
        jdbi.useTransaction(h -> new RunRows(h).plan(runId, execution));
        int slots = jdbi.withHandle(h -> new RunRows(h).order(runId)).workerSlots();
        List<Callable<Void>> workers = new ArrayList<>();
        for (int slot = 1; slot <= slots; slot++) {
            PurgeSlot place = new PurgeSlot(runId, execution, Integer.toString(slot));
            workers.add(() -> {
                work(place);
                return null;
            });
        }
        all(workers);
    }

    /** Releases content as the last step of the job does. */
    void sweep(long runId) {
        ExecutorService helper = Executors.newSingleThreadExecutor();
        try {
            if (!new ContentSweep(release, () -> {}, helper).sweep(Optional.of(runId))) {
                throw new IllegalStateException("Another sweep is at work");
            }
        } finally {
            helper.shutdown();
        }
    }

    PurgeRun end(long runId, int execution) {
        jdbi.useTransaction(h -> new RunRows(h).end(runId, execution, NOW));
        return get(runId);
    }

    PurgeRun get(long runId) {
        return jdbi.withHandle(h -> new RunReadings(h).find(runId)).orElseThrow();
    }

    private void work(PurgeSlot place) throws InterruptedException {
        Jdbi own = Jdbi.create(database);
        SlotReader reader = reader(place, own);
        boolean more = true;
        while (more) {
            more = chunk(reader, own);
        }
    }

    SlotReader reader(PurgeSlot place, Jdbi own) {
        return new SlotReader(place, own, leases);
    }

    /** One chunk as the batch runtime does it: read one item and write it in one transaction. */
    boolean chunk(SlotReader reader, Jdbi own) throws InterruptedException {
        return own.inTransaction(h -> {
            PurgeRange range = reader.next();
            if (range != null) {
                PurgeOrder order = new RunRows(h).order(range.claim().runId());
                new RangePurge(h, order).purge(range, NOW);
            }
            return range != null;
        });
    }

    Verification verify() {
        return jdbi.inTransaction(h -> new LedgerRows(h).verify());
    }

    /** Ids that the ledger names, with repetitions, ascending. */
    List<Long> named() {
        return jdbi.withHandle(h -> h.createQuery("SELECT pack FROM ledger_entry").mapTo(byte[].class).list().stream()
                .flatMap(pack -> org.holdfast.ledger.LedgerPack.read(pack).copies().stream())
                .map(org.holdfast.ledger.PurgedCopy::copyId)
                .sorted()
                .toList());
    }

    List<Long> ids(String sql) {
        return jdbi.withHandle(h -> h.createQuery(sql).mapTo(Long.class).list());
    }

    long count(String sql) {
        return jdbi.withHandle(h -> h.createQuery(sql).mapTo(Long.class).one());
    }

    void awaitCount(String sql, long least) throws InterruptedException {
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (count(sql) < least) {
            if (System.nanoTime() > until) {
                throw new IllegalStateException(least + " are not reached: " + sql);
            }
            Thread.sleep(10);
        }
    }

    void execute(String sql, Object... arguments) {
        jdbi.useTransaction(h -> h.execute(sql, arguments));
    }

    /** With a transaction of its own around what the container puts one around. */
    private final class Leases extends PurgeLeases {

        @Override
        public boolean close(long runId, int execution) {
            return Jdbi.create(database).inTransaction(h -> new RunRows(h).close(runId, execution, NOW));
        }
    }

    static <V> List<V> all(List<Callable<V>> tasks) {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            List<V> results = new ArrayList<>();
            for (Future<V> task : threads.invokeAll(tasks)) {
                results.add(task.get());
            }
            return results;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            threads.shutdownNow();
        }
    }
}
