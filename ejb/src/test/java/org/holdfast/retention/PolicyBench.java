package org.holdfast.retention;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import javax.sql.DataSource;
import org.holdfast.persistence.SchemaMigration;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.PullLoad;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * How long a stored preview of everything takes at three sizes, each ten times the one before, with copies that
 * lie scattered as they came in; against one statement that counts the same; and what a pull loses to it.
 */
public final class PolicyBench {

    private static final int COPIES_PER_ACCOUNT = 500;
    private static final Instant AS_OF = PullLoad.now().plus(Duration.ofDays(30));

    private static final String ACCOUNTS = "INSERT INTO account (id, name, created_at) SELECT n, 'a', now()"
            + " FROM generate_series(:first, :last) n";
    private static final String SUBSCRIPTIONS =
            "INSERT INTO subscription (account_id, plan_code, valid_from, known_from,"
                    + " recorded_by, reason) SELECT n, p.code, '2015-01-01Z', '2015-01-01Z', 't', 't'"
                    + " FROM generate_series(:first, :last) n JOIN plan p ON p.rank = n % 6 AND p.rank > 0";
    private static final String USERS = "INSERT INTO app_user (id, account_id, email, display_name, role, created_at)"
            + " SELECT n, n, n || '@example.org', 'o', 'OWNER', now() FROM generate_series(:first, :last) n";
    private static final String MAILBOXES =
            "INSERT INTO mailbox (id, account_id, owner_id, address, imap_host, imap_port,"
                    + " imap_security, login, state, state_since, connected_at) SELECT n, n, n, n || '@example.org', 'h', 993,"
                    + " 'TLS', 'l', 'PAUSED_BY_USER', now(), now() FROM generate_series(:first, :last) n";
    private static final String FOLDERS = "INSERT INTO folder (id, mailbox_id, wire_name, name) SELECT n, n, 'INBOX',"
            + " 'INBOX' FROM generate_series(:first, :last) n";

    /** In the order of time: neighbours in the table belong to different accounts. */
    private static final String COPIES = "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid,"
            + " clock, received_at, copied_at, size_bytes, content_sha256, subject, sender, bind_count)"
            + " SELECT f, f, f, 1, n, at, at, at, 600, sha256((f || '/' || n)::bytea), 'Subject ' || n,"
            + " 'sender@example.org', CASE WHEN n % 10 = 0 THEN 1 ELSE 0 END"
            + " FROM generate_series(1, :each) n, LATERAL generate_series(:first + 0 * n, :last) f,"
            + " LATERAL (SELECT CAST(:now AS timestamptz) - (:each - n) * interval '6 hours' AS at) t";

    private final Map<String, String> figures = new LinkedHashMap<>();
    private final Jdbi jdbi;

    private PolicyBench(DataSource database) {
        SchemaMigration.migrate(database);
        jdbi = Jdbi.create(database);
        jdbi.useHandle(h -> {
            // As for a server of this size; else the loading is checkpoints.
            h.execute("ALTER SYSTEM SET max_wal_size = '8GB'");
            h.execute("SELECT pg_reload_conf()");
        });
    }

    /** Arguments: copies at the largest of the three sizes, rounds, and originals of the pull. */
    public static void main(String[] arguments) throws Exception {
        int most = Integer.parseInt(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        try (LocalPostgres postgres = LocalPostgres.start()) {
            PolicyBench bench = new PolicyBench(postgres.createDatabase());
            bench.sizes(most, rounds);
            bench.besideAPull(Integer.parseInt(arguments[2]), rounds);
            bench.write(most);
        }
    }

    private void sizes(int most, int rounds) throws InterruptedException {
        int accounts = 0;
        double before = 0;
        for (int copies : new int[] {most / 100, most / 10, most}) {
            grow(accounts + 1, copies / COPIES_PER_ACCOUNT);
            accounts = copies / COPIES_PER_ACCOUNT;
            List<Double> previews = new ArrayList<>();
            List<Double> counts = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                counts.add(seconds(this::oneCount));
                previews.add(seconds(() -> preview(() -> false)));
            }
            double preview = median(previews);
            System.out.printf(
                    Locale.ROOT,
                    "%d copies: preview %.2f s, one statement that counts the same %.2f s%n",
                    copies,
                    preview,
                    median(counts));
            figure("against-one-count-" + copies, preview / median(counts), 3);
            if (before > 0) {
                figure("growth-to-" + copies, preview / before, 12);
            }
            before = preview;
        }
        figure("seconds-at-" + most, before, 60);
    }

    private void besideAPull(int originals, int rounds) throws Exception {
        if (!LocalDovecot.isInstalled()) {
            throw new IllegalStateException("Dovecot is not installed: apt-get install dovecot-core dovecot-imapd");
        }
        List<Double> ratios = new ArrayList<>();
        try (PullLoad load = new PullLoad(jdbi, PullLoad.keys(), originals)) {
            load.pull();
            for (int round = 0; round < rounds; round++) {
                double alone = load.pull();
                double beside = besidePreviews(load::pull);
                System.out.printf(Locale.ROOT, "pull alone %.2f s, beside a preview %.2f s%n", alone, beside);
                ratios.add(beside / alone);
            }
        }
        figure("sync-beside-preview", median(ratios), 1.1);
    }

    /** One preview after the other for as long as the work takes. */
    private <T> T besidePreviews(java.util.concurrent.Callable<T> work) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<?> previews = thread.submit(() -> {
                while (!over.get()) {
                    preview(over::get);
                }
                return null;
            });
            T result = work.call();
            over.set(true);
            previews.get();
            return result;
        } finally {
            thread.shutdownNow();
        }
    }

    private void grow(int first, int last) {
        for (String sql : List.of(ACCOUNTS, SUBSCRIPTIONS, USERS, MAILBOXES, FOLDERS)) {
            jdbi.useTransaction(h ->
                    h.createUpdate(sql).bind("first", first).bind("last", last).execute());
        }
        long start = System.nanoTime();
        List<String> indexes = jdbi.inTransaction(h -> {
            // Nothing to check row by row: what it refers to was made here.
            h.execute("SET LOCAL session_replication_role = replica");
            List<String> dropped = dropIndexes(h);
            h.createUpdate(COPIES)
                    .bind("first", first)
                    .bind("last", last)
                    .bind("each", COPIES_PER_ACCOUNT)
                    .bind("now", PullLoad.now())
                    .execute();
            h.execute("SET LOCAL maintenance_work_mem = '512MB'");
            dropped.forEach(h::execute);
            return dropped;
        });
        System.out.printf(
                Locale.ROOT,
                "loaded accounts %d to %d and built %d indexes in %.0f s%n",
                first,
                last,
                indexes.size(),
                (System.nanoTime() - start) / 1e9);
        jdbi.useHandle(h -> {
            h.execute("VACUUM ANALYZE");
            h.execute("CHECKPOINT");
            h.execute("SELECT setval(pg_get_serial_sequence('account', 'id'), max(id)) FROM account");
            h.execute("SELECT setval(pg_get_serial_sequence('app_user', 'id'), max(id)) FROM app_user");
            h.execute("SELECT setval(pg_get_serial_sequence('mailbox', 'id'), max(id)) FROM mailbox");
            h.execute("SELECT setval(pg_get_serial_sequence('folder', 'id'), max(id)) FROM folder");
        });
    }

    /** Takes the plain indexes off the copies and says how they are made again. */
    private static List<String> dropIndexes(Handle h) {
        List<String> made = h.createQuery("SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i"
                        + " WHERE i.indrelid = 'mail_copy'::regclass AND NOT i.indisunique ORDER BY i.indexrelid")
                .mapTo(String.class)
                .list();
        h.createQuery("SELECT i.indexrelid::regclass::text FROM pg_index i"
                        + " WHERE i.indrelid = 'mail_copy'::regclass AND NOT i.indisunique")
                .mapTo(String.class)
                .list()
                .forEach(name -> h.execute("DROP INDEX " + name));
        return made;
    }

    private void oneCount() {
        jdbi.useHandle(h -> new PreviewQuery(h).count(PurgeScope.EVERYTHING, AS_OF, Optional.empty()));
    }

    private void preview(java.util.function.BooleanSupplier stopping) throws InterruptedException {
        PreviewRequest request = PreviewRequest.ofDate(AS_OF, PurgeScope.EVERYTHING);
        long id = jdbi.inTransaction(h -> new PreviewIntake(h).record(request, "bench", PullLoad.now()));
        new PreviewPass(this::own, Clock.fixed(PullLoad.now(), ZoneOffset.UTC), PreviewPass.Pace.USUAL)
                .run("bench", stopping);
        StoredPreview preview =
                jdbi.withHandle(h -> new PreviewRepository(h).find(id)).orElseThrow();
        if (!stopping.getAsBoolean() && !preview.isReady()) {
            throw new IllegalStateException("The preview is " + preview.status() + ": " + preview.failure());
        }
        jdbi.useHandle(h -> h.execute("UPDATE preview SET status = 'CANCELLED' WHERE status = 'RUNNING'"));
    }

    private <T> T own(Function<Handle, T> work) {
        return jdbi.inTransaction(work::apply);
    }

    /** Something to measure. */
    private interface Work {
        void run() throws InterruptedException;
    }

    private static double seconds(Work work) throws InterruptedException {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private static double median(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private void figure(String name, double ratio, double goal) {
        String verdict = ratio <= goal ? "ok" : "short";
        System.out.printf(Locale.ROOT, "bench policy/%s %.2f goal <=%.1f %s%n", name, ratio, goal, verdict);
        figures.put(
                name,
                String.format(Locale.ROOT, "{\"ratio\":%.3f,\"goal\":%.1f,\"verdict\":\"%s\"}", ratio, goal, verdict));
    }

    private void write(int copies) throws IOException {
        List<String> members = new ArrayList<>(List.of("\"copies\":" + copies));
        figures.forEach((name, value) -> members.add("\"" + name + "\":" + value));
        Path folder = Files.createDirectories(Path.of("target", "bench"));
        Files.writeString(folder.resolve("policy.json"), "{" + String.join(",", members) + "}\n");
    }
}
