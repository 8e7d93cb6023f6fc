package org.holdfast.retention;

import static org.holdfast.retention.PurgeStage.AS_OF;

import jakarta.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.holdfast.ledger.LedgerSearch;
import org.holdfast.run.FirstRunToken;
import org.holdfast.run.HoldfastApi;
import org.holdfast.run.Launch;
import org.holdfast.run.LocalPostgres;
import org.holdfast.run.PayaraMicro;
import org.jdbi.v3.core.Jdbi;

/** A loaded database, its hundredth, and copies of them for the ways to purge. */
final class BenchDatabases implements AutoCloseable {

    private static final int COPIES_PER_ACCOUNT = 500;
    private static final int CHUNK = 5_000;
    private static final int SPAN_DAYS = 117;

    private static final String ACCOUNTS =
            "INSERT INTO account (id, name, created_at)" + " SELECT n, 'a', now() FROM generate_series(1, :accounts) n";

    private static final String[] PEOPLE = {
        "INSERT INTO app_user (id, account_id, email, display_name, role, created_at)"
                + " SELECT id, id, 'o' || id || '@example.org', 'o', 'OWNER', now() FROM account",
        "SELECT setval('app_user_id_seq', (SELECT max(id) FROM app_user))",
        "INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port, imap_security, login, state,"
                + " state_since, connected_at) SELECT id, id, id, id || '@example.org', 'h', 993, 'TLS', 'l',"
                + " 'PAUSED_BY_USER', now(), now() FROM account",
        "INSERT INTO folder (id, mailbox_id, wire_name, name) SELECT id, id, 'INBOX', 'INBOX' FROM account",
        "INSERT INTO folder_state (folder_id, uid_validity, uid_next, updated_at) SELECT id, 1, 1000, now() FROM account",
        "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason) SELECT id,"
                + " CASE WHEN id <= (SELECT count(*) / 25 FROM account) THEN 'DEMO' ELSE (ARRAY['CRM_PLUS', 'STANDARD', 'PROFESSIONAL', 'NFR'])[1 + id % 4] END,"
                + " '2015-01-01Z', '2015-01-01Z', 't', 't' FROM account"
    };

    /** In the order of time, as copies are made: every account gets its n-th at about the same time. */
    private static final String COPIES = "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid,"
            + " clock, received_at, copied_at, size_bytes, content_sha256, message_id, subject, sender, recipients, bind_count)"
            + " SELECT a.id, a.id, a.id, 1, n, at, at, at, 600, sha256((a.id || '/' || n)::bytea),"
            + " '<' || a.id || '.' || n || '@mail.example.org>', 'Subject ' || n, 'sender@example.org',"
            + " 'somebody@example.net', CASE WHEN n % 10 = 0 THEN 1 ELSE 0 END"
            + " FROM generate_series(:from, :to) n, account a, LATERAL (SELECT CAST(:asOf AS timestamptz)"
            + " - ((:each - n + ((a.id * 7919) % 1000) / 1000.0) * :days / :each) * interval '1 day' AS at) t ORDER BY at";

    private static final String BINDINGS =
            "INSERT INTO binding (copy_id, account_id, kind, reference, bound_by, bound_at)"
                    + " SELECT id, account_id, 'deal', 'd' || id % 1000, 't', now() FROM mail_copy WHERE bind_count = 1";

    private static final String ONE_DELETE = "DELETE FROM mail_copy c USING " + DueRuleSql.ENTITLEMENT
            + ", account a, mailbox m WHERE a.id = e.account_id AND c.account_id = e.account_id AND m.id = c.mailbox_id"
            + " AND " + DueRuleSql.DUE;

    /** Made after the copies, which is much faster. Those of constraints stay. */
    private static final String OF_INDEXES = "FROM pg_index i WHERE indrelid = 'mail_copy'::regclass"
            + " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)";

    private static final String INDEXES = "SELECT pg_get_indexdef(indexrelid) " + OF_INDEXES;

    private final LocalPostgres postgres = PurgeStage.startPostgres();
    private final Path war;
    private final String large;
    private final String small;
    private final int factor;
    private int made;

    /** The small one has a hundredth of the copies, or a tenth where a hundredth would be too few to measure. */
    BenchDatabases(int copies, Path war) {
        this.war = war;
        factor = copies < 5_000_000 ? 10 : 100;
        large = load(copies);
        small = load(copies / factor);
    }

    /** How many times the copies of the small one the large one has. */
    int factor() {
        return factor;
    }

    private String load(int copies) {
        long start = System.nanoTime();
        PurgeStage stage = new PurgeStage(postgres);
        int accounts = Math.max(21, copies / COPIES_PER_ACCOUNT);
        int each = copies / accounts;
        stage.jdbi.useTransaction(h -> {
            h.createUpdate(ACCOUNTS).bind("accounts", accounts).execute();
            List.of(PEOPLE).forEach(h::execute);
        });
        List<String> indexes = stage.jdbi.withHandle(
                h -> h.createQuery(INDEXES).mapTo(String.class).list());
        stage.jdbi.useTransaction(h -> {
            h.execute("ALTER TABLE mail_copy DISABLE TRIGGER ALL");
            h.createQuery("SELECT 'DROP INDEX ' || indexrelid::regclass " + OF_INDEXES)
                    .mapTo(String.class)
                    .list()
                    .forEach(h::execute);
        });
        int parts = 20;
        for (int part = 0; part < parts; part++) {
            int from = part * each / parts + 1;
            int to = (part + 1) * each / parts;
            stage.jdbi.useHandle(h -> h.createQuery("SELECT content_extend(:span)")
                    .bind("span", copies / parts)
                    .mapTo(Integer.class)
                    .one());
            stage.jdbi.useTransaction(h -> {
                h.createUpdate(COPIES)
                        .bind("from", from)
                        .bind("to", to)
                        .bind("each", each)
                        .bind("days", SPAN_DAYS)
                        .bind("asOf", AS_OF)
                        .execute();
                h.execute(
                        "INSERT INTO mail_content (copy_id, raw) SELECT id, decode(repeat('41', 600), 'hex')"
                                + " FROM mail_copy WHERE id > (SELECT coalesce(max(copy_id), 0) FROM mail_content) ORDER BY id");
            });
        }
        stage.jdbi.useTransaction(h -> {
            h.execute("SET LOCAL maintenance_work_mem = '512MB'");
            indexes.forEach(h::execute);
            h.execute("ALTER TABLE mail_copy ENABLE TRIGGER ALL");
            h.execute(BINDINGS);
        });
        stage.jdbi.useHandle(h -> h.execute("VACUUM ANALYZE"));
        System.out.printf("%d copies loaded in %.0f s%n", copies, since(start));
        return stage.name;
    }

    /** Something that is done with a copy of the loaded database. */
    interface Way<T> {
        T with(Ways ways) throws Exception;
    }

    <T> T fresh(Way<T> way) throws Exception {
        return onCopy(large, way);
    }

    <T> T small(Way<T> way) throws Exception {
        return onCopy(small, way);
    }

    /** The job beside a foreground. */
    Ways.Disturbed disturbed() throws Exception {
        return fresh(Ways::disturbedJob);
    }

    private <T> T onCopy(String template, Way<T> way) throws Exception {
        String name = "bench_" + ++made;
        Jdbi server = Jdbi.create(postgres.database("postgres"));
        server.useHandle(h -> h.execute("CREATE DATABASE " + name + " TEMPLATE " + template + " STRATEGY FILE_COPY"));
        server.useHandle(h -> h.execute("CHECKPOINT"));
        try {
            return way.with(new Ways(postgres, new PurgeStage(name, postgres.database(name)), war));
        } finally {
            server.useHandle(h -> h.execute("DROP DATABASE " + name + " WITH (FORCE)"));
        }
    }

    @Override
    public void close() {
        postgres.close();
    }

    static double since(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    /** The ways to remove what is due from one database. The accounts on DEMO are purged before, to warm up. */
    record Ways(LocalPostgres postgres, PurgeStage stage, Path war) {

        /** What a way took, and how many copies it removed. */
        record Timed(long copies, double seconds, double verifiedPerSecond, double findMillis, double releaseSeconds) {

            Timed(long copies, double seconds) {
                this(copies, seconds, 0, 0, 0);
            }

            double perCopy() {
                return seconds / copies;
            }
        }

        record Disturbed(
                double p95Without, double p95With, double heapMegabytes, double heapFirstHalf, double heapSecondHalf) {}

        private void warmUp() {
            stage.run(stage.record(new PurgeScope(PurgeScope.Kind.PLAN, "DEMO"), 2, 500), 1);
        }

        Timed oneDelete() {
            warmUp();
            long start = System.nanoTime();
            int removed = stage.jdbi.inTransaction(
                    h -> h.createUpdate(ONE_DELETE).bind("asOf", AS_OF).execute());
            return new Timed(removed, since(start));
        }

        Timed plainLoop() {
            warmUp();
            return loop(stage.record(2, CHUNK));
        }

        /** The same as of such an instant that about so many are due. */
        Timed plainLoopOver(long due) {
            warmUp();
            Instant asOf = stage.jdbi
                    .withHandle(h -> h.createQuery("SELECT max(clock) FROM (SELECT c.clock FROM mail_copy c"
                                    + " JOIN subscription s ON s.account_id = c.account_id WHERE s.plan_code = 'CRM_PLUS'"
                                    + " AND c.bind_count = 0 ORDER BY c.clock LIMIT :due) d")
                            .bind("due", due)
                            .mapTo(Instant.class)
                            .one())
                    .plus(Duration.ofDays(30));
            return loop(stage.record(PurgeStage.request(PurgeScope.EVERYTHING, asOf, 2, CHUNK))
                    .orElseThrow());
        }

        private Timed loop(long run) {
            long start = System.nanoTime();
            stage.purgeOnly(run, 1);
            long releasing = System.nanoTime();
            stage.sweep(run);
            double release = since(releasing);
            PurgeRun ended = stage.end(run, 1);
            double seconds = since(start);
            long verifying = System.nanoTime();
            var verification = stage.verify();
            double verified = verification.copies() / since(verifying);
            if (ended.status() != PurgeStatus.COMPLETED || !verification.isIntact()) {
                throw new IllegalStateException("The run is " + ended.status() + ", its ledger " + verification);
            }
            return new Timed(ended.purgedCopies(), seconds, verified, findMillis(run), release);
        }

        private double findMillis(long run) {
            List<Long> some =
                    stage.ids("SELECT first_copy FROM ledger_place WHERE run_id = " + run + " ORDER BY 1 LIMIT 200");
            long start = System.nanoTime();
            long found = stage.jdbi.inTransaction(h -> some.stream()
                    .flatMap(id -> new LedgerSearch(h).find(id).stream())
                    .count());
            if (found != some.size()) {
                throw new IllegalStateException("The ledger found " + found + " of " + some.size() + " copies");
            }
            return 1_000 * since(start) / some.size();
        }

        Timed jpa() {
            warmUp();
            return new JpaPurge(stage).purge(50_000);
        }

        /** The real job; from the request to the end of the run. */
        Timed job() throws Exception {
            try (Server server = new Server()) {
                long start = System.nanoTime();
                server.startRun();
                server.awaitEnd();
                double seconds = since(start);
                return new Timed(server.purged(), seconds);
            }
        }

        Disturbed disturbedJob() throws Exception {
            try (Server server = new Server();
                    Foreground foreground = new Foreground(stage)) {
                foreground.measure(Duration.ofSeconds(5));
                double without = foreground.measure(Duration.ofSeconds(20));
                try (HeapWatch heap = new HeapWatch(server.payara.pid())) {
                    foreground.begin();
                    server.startRun();
                    server.awaitEnd();
                    return new Disturbed(without, foreground.p95(), heap.peak(), heap.low(0, 0.5), heap.low(0.5, 1));
                }
            }
        }

        /** Payara Micro with the application, warmed up. */
        private final class Server implements AutoCloseable {

            private final PayaraMicro payara;
            private final HoldfastApi api;

            Server() throws IOException, InterruptedException {
                Path folder = Files.createTempDirectory("purge-bench");
                payara = PayaraMicro.start(Launch.of(war)
                        .database(postgres, stage.name)
                        .folder(folder)
                        .heap(256)
                        .setting("holdfast.purge.at", "off")
                        .setting("holdfast.purge.workers", "2")
                        .setting("holdfast.purge.chunk", Integer.toString(CHUNK))
                        .setting(
                                "holdfast.keyset", folder.resolve("keyset.json").toString()));
                api = new HoldfastApi(payara.url())
                        .setUp(FirstRunToken.in(payara.logged()), "a@example.org", "correct horse battery staple");
                var demo = Json.createObjectBuilder().add("scope", "plan:DEMO");
                api.post("purge/runs", demo.add("asOf", AS_OF.toString()).build());
                awaitEnd();
            }

            void startRun() {
                api.post(
                        "purge/runs",
                        Json.createObjectBuilder().add("asOf", AS_OF.toString()).build());
            }

            void awaitEnd() throws InterruptedException {
                List<String> over = List.of("COMPLETED", "FAILED", "STOPPED", "HELD");
                String status = "";
                while (!over.contains(status)) {
                    TimeUnit.MILLISECONDS.sleep(20);
                    status = stage.jdbi.withHandle(
                            h -> h.createQuery("SELECT status FROM purge_run ORDER BY id DESC LIMIT 1")
                                    .mapTo(String.class)
                                    .one());
                }
                if (!status.equals("COMPLETED")) {
                    throw new IllegalStateException("The run is " + status + "\n" + payara.logged());
                }
            }

            long purged() {
                return stage.count("SELECT sum(purged_copies) FROM purge_slice WHERE run_id ="
                        + " (SELECT max(id) FROM purge_run)");
            }

            @Override
            public void close() {
                payara.close();
            }
        }
    }

    /** Reads the used heap of another JVM four times a second. */
    static final class HeapWatch implements AutoCloseable {

        private final List<Double> readings = new ArrayList<>();
        private final Thread reader;
        private volatile boolean over;

        HeapWatch(long pid) {
            reader = new Thread(() -> read(pid), "heap");
            reader.start();
        }

        private void read(long pid) {
            while (!over) {
                try {
                    Process jstat = new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "jstat")
                                            .toString(),
                                    "-gc",
                                    Long.toString(pid))
                            .start();
                    String[] lines = new String(jstat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                            .split("\n", -1);
                    String[] names = lines[0].strip().split("\\s+", -1);
                    String[] values = lines[1].strip().split("\\s+", -1);
                    double used = 0;
                    for (int i = 0; i < names.length; i++) {
                        if (List.of("S0U", "S1U", "EU", "OU").contains(names[i])) {
                            used += Double.parseDouble(values[i]);
                        }
                    }
                    synchronized (readings) {
                        readings.add(used / 1024);
                    }
                    TimeUnit.MILLISECONDS.sleep(250);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        double peak() {
            synchronized (readings) {
                return readings.stream().mapToDouble(each -> each).max().orElse(0);
            }
        }

        /** The lowest reading in a part of the time: what is left after collections. */
        double low(double from, double to) {
            synchronized (readings) {
                return readings
                        .subList((int) (readings.size() * from), Math.max(1, (int) (readings.size() * to)))
                        .stream()
                        .mapToDouble(each -> each)
                        .min()
                        .orElse(0);
            }
        }

        @Override
        public void close() {
            over = true;
        }
    }
}
