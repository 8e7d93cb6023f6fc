package org.holdfast.sync;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.MailboxPass.Outcome;

/**
 * How fast the pull is: real passes into PostgreSQL with durable commits, in turns with mbsync and FSync yes, from
 * the same Dovecot, on the same disk; at no delay and at 30 ms round trip. Each ratio is a median.
 */
public final class SyncBench {

    private static final int RTT = 30;
    private static final int WORKERS = 8;
    private static final int CHANGED = 100;
    private static final Leases.ClaimOrder ORDER =
            new Leases.ClaimOrder("bench", 10_000, Duration.ofHours(1), 20_000, 20_000);

    private final Map<String, List<Double>> ratios = new LinkedHashMap<>();
    private final Map<String, Double> goals = new LinkedHashMap<>();
    private final int messages;
    private final int large;
    private final int accounts;
    private final int rounds;
    private final LocalDovecot dovecot;
    private final PullBench bench;
    private final Path files;
    private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS);

    private SyncBench(int[] sizes, LocalDovecot dovecot, PullBench bench, Path files) {
        messages = sizes[0];
        large = sizes[1];
        accounts = sizes[2];
        rounds = sizes[3];
        this.dovecot = dovecot;
        this.bench = bench;
        bench.pooled = true;
        this.files = files;
        bench.jdbi.useHandle(h -> h.execute("UPDATE plan_terms SET mailboxes_per_user = NULL, unbound_days = NULL"));
    }

    /** Arguments: messages of the first sync, of the large folder, accounts, rounds. */
    public static void main(String[] arguments) throws Exception {
        if (!LocalDovecot.isInstalled() || !Mbsync.isInstalled()) {
            System.out.println("bench sync SKIPPED: it needs Dovecot and mbsync (apt-get install dovecot-core"
                    + " dovecot-imapd isync)");
            if ("true".equals(System.getenv("CI"))) {
                throw new IllegalStateException("The bench was skipped");
            }
            return;
        }
        int[] sizes =
                IntStream.range(0, 4).map(i -> Integer.parseInt(arguments[i])).toArray();
        Path files = Files.createTempDirectory("holdfast-bench");
        try (LocalDovecot dovecot = LocalDovecot.start();
                LocalPostgres postgres = LocalPostgres.start()) {
            SyncBench bench = new SyncBench(sizes, dovecot, new PullBench(postgres, files, "PROFESSIONAL"), files);
            bench.durable();
            bench.firstSync("first", bench.messages, 0, 1.0);
            bench.firstSync("first", bench.messages / 10, RTT, 0.67);
            bench.largeFolder();
            bench.manyAccounts(0, 0.25);
            bench.manyAccounts(RTT, 0.25);
            bench.workers.shutdown();
            bench.report();
        }
    }

    private void durable() {
        String state = bench.jdbi.withHandle(
                h -> h.createQuery("SELECT current_setting('fsync') || ' ' || current_setting('synchronous_commit')")
                        .mapTo(String.class)
                        .one());
        if (!state.equals("on on")) {
            throw new IllegalStateException("Commits are not durable: fsync and synchronous_commit are " + state);
        }
    }

    private void firstSync(String user, int count, int rtt, double goal) throws Exception {
        String login = user + rtt;
        long bytes;
        try (BenchMail mail = new BenchMail(dovecot, login)) {
            bytes = mail.fill("INBOX", count, false);
        }
        for (int round = 0; round < rounds; round++) {
            try (DelayProxy way = new DelayProxy(dovecot.port(), rtt)) {
                int port = rtt == 0 ? dovecot.port() : way.port();
                Mbsync peer = new Mbsync(files.resolve("mbsync"), port);
                double theirs = round % 2 == 0 ? peer.pull(List.of(login), "INBOX") : 0;
                double ours = fresh(login, port, count);
                theirs = theirs == 0 ? peer.pull(List.of(login), "INBOX") : theirs;
                require(peer.messages(login, "INBOX") == count, "mbsync has " + peer.messages(login, "INBOX"));
                peer.clear();
                ratio("first-sync-rtt-" + rtt, goal, ours, theirs);
                System.out.printf(
                        Locale.ROOT,
                        "%d messages, %.0f MB, rtt %d ms: %.0f and %.0f messages/s%n",
                        count,
                        bytes / 1e6,
                        rtt,
                        count / ours,
                        count / theirs);
            }
        }
    }

    private double fresh(String login, int port, int count) {
        long mailbox = bench.mailbox(login, port);
        double ours = seconds(() -> pull(mailbox));
        require(copies(mailbox) == count, copies(mailbox) + " copies");
        bench.jdbi.useHandle(h -> {
            h.execute("DELETE FROM mail_content");
            h.execute("DELETE FROM mail_copy");
            h.execute("UPDATE mailbox SET state = 'DISCONNECTED', address = 'gone-' || id WHERE id = ?", mailbox);
            h.execute("VACUUM");
            h.execute("CHECKPOINT");
        });
        return ours;
    }

    private void largeFolder() throws Exception {
        String login = "large";
        try (BenchMail mail = new BenchMail(dovecot, login);
                DelayProxy way = new DelayProxy(dovecot.port(), RTT)) {
            mail.fill("INBOX", large, true);
            Mbsync peer = new Mbsync(files.resolve("large"), dovecot.port());
            Mbsync far = new Mbsync(files.resolve("large"), way.port());
            System.out.printf(
                    Locale.ROOT, "mbsync: %d messages in %.1f s%n", large, peer.pull(List.of(login), "INBOX"));
            long mailbox = bench.mailbox(login, dovecot.port());
            System.out.printf(Locale.ROOT, "ours: %d messages in %.1f s%n", large, seconds(() -> pull(mailbox)));
            require(copies(mailbox) == large, copies(mailbox) + " copies");
            bench.jdbi.useHandle(h -> h.execute("VACUUM ANALYZE"));
            pull(mailbox);
            for (int rtt : new int[] {0, RTT}) {
                int port = rtt == 0 ? dovecot.port() : way.port();
                bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET imap_port = ? WHERE id = ?", port, mailbox));
                Mbsync theirs = rtt == 0 ? peer : far;
                for (int round = 0; round < rounds; round++) {
                    unchanged(mailbox, theirs, login, rtt);
                    mail.flag("INBOX", CHANGED, round);
                    compare("flags-" + CHANGED + "-rtt-" + rtt, 0.15, mailbox, theirs, login);
                    mail.expunge("INBOX", CHANGED);
                    compare("expunges-" + CHANGED + "-rtt-" + rtt, 0.15, mailbox, theirs, login);
                    long left = mail.count("INBOX");
                    require(copies(mailbox) == left, copies(mailbox) + " copies of " + left);
                }
            }
        }
    }

    private void unchanged(long mailbox, Mbsync peer, String login, int rtt) throws Exception {
        Map<String, Long> before = written();
        double ours = seconds(() -> pull(mailbox));
        Map<String, Long> rows = written();
        before.forEach((table, count) -> rows.merge(table, -count, Long::sum));
        rows.values().removeIf(count -> count == 0);
        double theirs = peer.pull(List.of(login), "INBOX");
        ratio("no-change-rtt-" + rtt, 0.1, ours, theirs);
        Long lease = rows.remove("mailbox_sync");
        long others = rows.values().stream().mapToLong(Long::longValue).sum();
        System.out.printf(
                Locale.ROOT, "rows written: %d %s, and the lease %d times%n", others, rows, lease == null ? 0 : lease);
        figure("no-change-rows-written-rtt-" + rtt, (double) others, 0);
    }

    /** Rows inserted, updated and deleted so far, by table; a backend reports them late unless it is told to. */
    private Map<String, Long> written() throws InterruptedException {
        bench.jdbi.useHandle(h -> h.execute("SELECT pg_stat_force_next_flush()"));
        Thread.sleep(1_500);
        return bench.jdbi.withHandle(
                h -> h.createQuery("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del AS rows FROM pg_stat_user_tables")
                        .reduceRows(new LinkedHashMap<>(), (map, row) -> {
                            map.put(row.getColumn("relname", String.class), row.getColumn("rows", Long.class));
                            return map;
                        }));
    }

    private void compare(String name, double goal, long mailbox, Mbsync peer, String login) throws Exception {
        double ours = seconds(() -> {
            pull(mailbox);
            // What is gone is sure in the pass that follows at once.
            if (bench.count("mailbox_sync WHERE due_at <= clock_timestamp() AND mailbox_id = " + mailbox) > 0) {
                pull(mailbox);
            }
        });
        ratio(name, goal, ours, peer.pull(List.of(login), "INBOX"));
    }

    private void manyAccounts(int rtt, double goal) throws Exception {
        List<String> users =
                IntStream.range(0, accounts).mapToObj(i -> "many" + i).toList();
        if (rtt == 0) {
            for (String user : users) {
                try (BenchMail mail = new BenchMail(dovecot, user)) {
                    mail.fill("INBOX", 20, true);
                }
            }
        }
        try (DelayProxy way = new DelayProxy(dovecot.port(), rtt)) {
            int port = rtt == 0 ? dovecot.port() : way.port();
            Mbsync peer = new Mbsync(files.resolve("many"), port);
            peer.pull(users, "INBOX");
            bench.jdbi.useHandle(h -> h.execute(
                    "UPDATE mailbox SET state = 'DISCONNECTED', address = 'gone-' || id WHERE state = 'ACTIVE'"));
            List<Long> mailboxes =
                    users.stream().map(user -> bench.mailbox(user, port)).toList();
            KeptConnections none = new KeptConnections(ORDER, 0, bench.new InJdbi(), workers::execute, () -> {});
            KeptConnections kept = new KeptConnections(ORDER, 10_000, bench.new InJdbi(), workers::execute, () -> {});
            all(mailboxes, none);
            all(mailboxes, none);
            for (int round = 0; round < rounds; round++) {
                double ours = seconds(() -> all(mailboxes, none));
                ratio(accounts + "-accounts-fresh-logins-rtt-" + rtt, goal, ours, peer.pull(users, "INBOX"));
            }
            all(mailboxes, kept);
            require(kept.size() == accounts, kept.size() + " connections are kept");
            for (int round = 0; round < rounds; round++) {
                double ours = seconds(() -> all(mailboxes, kept));
                ratio(accounts + "-accounts-kept-rtt-" + rtt, goal / 5, ours, peer.pull(users, "INBOX"));
            }
            require(kept.size() == accounts, kept.size() + " connections are kept");
            kept.close();
        }
    }

    private void all(List<Long> mailboxes, KeptConnections kept) {
        try {
            List<Future<?>> passes = new ArrayList<>();
            bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox_sync SET due_at = clock_timestamp(), lease_until = NULL"
                    + " WHERE mailbox_id IN (SELECT id FROM mailbox WHERE state = 'ACTIVE')"));
            List<Lease> leases = bench.jdbi.inTransaction(h -> new Leases(h).claim(ORDER, bench.now));
            require(leases.size() == mailboxes.size(), leases.size() + " were due");
            for (Lease lease : leases) {
                passes.add(workers.submit(() -> require(
                        bench.pass(bench.new InJdbi()).keeping(kept).run(lease) == Outcome.COMPLETED,
                        "mailbox " + lease.mailboxId())));
            }
            for (Future<?> pass : passes) {
                pass.get();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void pull(long mailbox) {
        require(bench.pull(mailbox) == Outcome.COMPLETED, "The pass did not complete");
    }

    private long copies(long mailbox) {
        return bench.count("mail_copy WHERE original_gone_at IS NULL AND mailbox_id = " + mailbox);
    }

    private static void require(boolean fact, String message) {
        if (!fact) {
            throw new IllegalStateException(message);
        }
    }

    private static double seconds(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e9;
    }

    private void ratio(String name, double goal, double ours, double theirs) {
        System.out.printf(Locale.ROOT, "%s: ours %.3f s, mbsync %.3f s%n", name, ours, theirs);
        figure(name, ours / theirs, goal);
    }

    private void figure(String name, double value, double goal) {
        ratios.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
        goals.put(name, goal);
    }

    private void report() throws IOException {
        List<String> members = new ArrayList<>(List.of(
                "\"messages\":" + messages, "\"folder\":" + large, "\"accounts\":" + accounts, "\"rounds\":" + rounds));
        ratios.forEach((name, all) -> {
            double ratio = all.stream().sorted().toList().get(all.size() / 2);
            double goal = goals.get(name);
            String verdict = ratio <= goal ? "ok" : "short";
            System.out.printf(Locale.ROOT, "bench sync/%s %.3f goal <=%.2f %s%n", name, ratio, goal, verdict);
            members.add(String.format(
                    Locale.ROOT,
                    "\"%s\":{\"ratio\":%.4f,\"goal\":%.2f,\"verdict\":\"%s\"}",
                    name,
                    ratio,
                    goal,
                    verdict));
        });
        Path folder = Files.createDirectories(Path.of("target", "bench"));
        Files.writeString(folder.resolve("sync.json"), "{" + String.join(",", members) + "}\n", StandardCharsets.UTF_8);
    }
}
