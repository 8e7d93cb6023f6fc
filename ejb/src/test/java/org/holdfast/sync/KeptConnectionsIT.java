package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.holdfast.mailbox.MailboxRows;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.MailboxPass.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Situation 47: connections that stay open between passes, and tell of news at a real server. */
class KeptConnectionsIT {

    private static LocalPostgres postgres;

    @TempDir
    static Path keys;

    private ExecutorService threads;
    private LocalDovecot dovecot;
    private PullBench bench;
    private KeptConnections kept;

    @BeforeAll
    static void start() {
        MailServers.requireDovecot();
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
    }

    @BeforeEach
    void serve() {
        dovecot = LocalDovecot.start(new LocalDovecot.Options(null, null, true));
        dovecot.keepCommands("anna");
        bench = new PullBench(postgres, keys, "PROFESSIONAL");
        threads = Executors.newCachedThreadPool();
        kept = keeping("node", 100, 8);
    }

    @AfterEach
    void close() {
        kept.close();
        threads.shutdownNow();
        dovecot.close();
    }

    private KeptConnections keeping(String node, int most, int cap) {
        return new KeptConnections(order(node, cap), most, bench.new InJdbi(), threads::execute, () -> {});
    }

    private static Leases.ClaimOrder order(String node, int cap) {
        return new Leases.ClaimOrder(node, 100, Duration.ofMinutes(5), cap, 100);
    }

    private List<Lease> claim(String node, int cap) {
        return bench.jdbi.inTransaction(h -> new Leases(h).claim(order(node, cap), bench.now));
    }

    private void due(long mailbox) {
        bench.jdbi.useHandle(h -> h.execute(
                "UPDATE mailbox_sync SET due_at = clock_timestamp() - interval '1 s' WHERE mailbox_id = ?", mailbox));
    }

    private Outcome pass(Lease lease) {
        return bench.pass(bench.new InJdbi()).keeping(kept).run(lease);
    }

    private long firstPass(String user) {
        long mailbox = bench.mailbox(user, dovecot.port());
        due(mailbox);
        Lease lease = claim("node", 8).stream()
                .filter(each -> each.mailboxId() == mailbox)
                .findFirst()
                .orElseThrow();
        assertThat(pass(lease)).isEqualTo(Outcome.COMPLETED);
        return mailbox;
    }

    private void deliver(String subject) throws Exception {
        try (RawImap imap = new RawImap(dovecot.port(), "anna", "secret")) {
            imap.appendText("INBOX", "Subject: " + subject + "\r\n\r\nText\r\n", null);
        }
    }

    private long logins() {
        return dovecot.commands("anna").stream()
                .filter(line -> line.contains("LIST \"\" \"*\""))
                .count();
    }

    /** Ticks until the mailbox is due by itself. */
    private Lease awaitDue() {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> {
                            kept.tend(bench.now);
                            return claim("node", 8);
                        },
                        leases -> !leases.isEmpty())
                .get(0);
    }

    private boolean isPlaced() {
        return bench.count("mailbox_sync WHERE kept_by = 'node'") > 0;
    }

    @Test
    void situation47_deliveredMailIsHereWithinSecondsOverTheSameConnection() throws Exception {
        firstPass("anna");
        assertThat(kept.size()).isOne();
        assertThat(isPlaced()).isTrue();
        for (int i = 1; i <= 3; i++) {
            long begin = System.nanoTime();
            deliver("mail " + i);
            assertThat(pass(awaitDue())).isEqualTo(Outcome.COMPLETED);
            assertThat(bench.count("mail_copy")).isEqualTo(i);
            System.out.printf("Delivered mail was copied after %.1f s%n", (System.nanoTime() - begin) / 1e9);
            assertThat(kept.size()).isOne();
        }
        assertThat(dovecot.commands("anna").stream().filter(line -> line.endsWith(" ENABLE QRESYNC")))
                .as("one session")
                .hasSize(1);
        assertThat(logins()).isEqualTo(4);
    }

    @Test
    void situation47_whatHappensBetweenPassAndWatchIsNotMissed() throws Exception {
        long mailbox = firstPass("anna");
        due(mailbox);
        int[] asked = new int[1];
        bench.whenAsked = () -> {
            // Once before the pass, before each of INBOX, Drafts, Junk, Sent and Trash, and before the last look.
            if (++asked[0] == 6) {
                try {
                    deliver("late");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        assertThat(pass(claim("node", 8).get(0))).isEqualTo(Outcome.COMPLETED);
        assertThat(asked[0]).isGreaterThanOrEqualTo(7);
        assertThat(bench.count("mail_copy WHERE subject = 'late'")).isOne();
    }

    @Test
    void connectionEndsSoonAfterThePlanOrTheOwnerEndsIt() {
        firstPass("anna");
        bench.subscribe("FREE");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            kept.tend(bench.now);
            return kept.size() == 0 && !isPlaced();
        });
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !dovecot.doveadm("who")
                .contains("anna"));
        bench.subscribe("PROFESSIONAL");
        firstPass("ben");
        assertThat(kept.size()).isOne();
        bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET state = 'PAUSED_BY_USER'"));
        kept.endWhatMayNotStay(bench.now);
        assertThat(kept.size()).isZero();
        assertThat(isPlaced()).isFalse();
    }

    @Test
    void serverThatEndsAllSessionsMakesTheMailboxDueWithinAMinute() throws Exception {
        long mailbox = firstPass("anna");
        assertThat(isPlaced()).isTrue();
        dovecot.doveadm("kick", "anna");
        Awaitility.await().atMost(Duration.ofSeconds(15)).until(() -> {
            kept.tend(bench.now);
            return kept.size() == 0 && !isPlaced();
        });
        assertThat(bench.count("mailbox_sync WHERE due_at <= clock_timestamp() + interval '60 s' AND failures = 0"))
                .isOne();
        due(mailbox);
        deliver("after");
        assertThat(pass(claim("node", 8).get(0))).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mail_copy WHERE subject = 'after'")).isOne();
        assertThat(kept.size()).isOne();
    }

    @Test
    void halfOfWhatAnAccountMayHaveIsLeftToOthersAndKeptOnesCount() {
        kept.close();
        kept = keeping("node", 100, 4);
        for (int i = 0; i < 5; i++) {
            firstPass("user" + i);
        }
        assertThat(kept.size()).isEqualTo(2);
        bench.jdbi.useHandle(
                h -> h.execute("UPDATE mailbox_sync SET due_at = clock_timestamp()" + " WHERE kept_by IS NULL"));
        assertThat(claim("node", 4)).as("two are kept, of four").hasSize(2);
        assertThat(claim("node", 4)).isEmpty();
    }

    @Test
    void nodeKeepsNoMoreThanItIsToldTo() {
        kept.close();
        kept = keeping("node", 1, 8);
        firstPass("anna");
        firstPass("ben");
        assertThat(kept.size()).isOne();
        assertThat(bench.count("mailbox_sync WHERE kept_by IS NOT NULL")).isOne();
    }

    @Test
    void mailboxIsLeftToTheNodeThatHasItsConnectionAsLongAsThatLives() {
        long mailbox = firstPass("anna");
        due(mailbox);
        assertThat(claim("other", 8)).isEmpty();
        bench.jdbi.useHandle(h -> h.execute("UPDATE sync_node SET alive_until = clock_timestamp()"));
        assertThat(claim("other", 8)).hasSize(1);
    }

    @Test
    void anotherPasswordIsAnotherConnection() {
        long mailbox = firstPass("anna");
        byte[] wrong = bench.secrets.seal(bench.accountId, mailbox, MailboxRows.PASSWORD, "wrong");
        bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET secret = ? WHERE id = ?", wrong, mailbox));
        due(mailbox);
        assertThat(pass(claim("node", 8).get(0))).isEqualTo(Outcome.REFUSED);
        assertThat(kept.size()).isZero();
        assertThat(isPlaced()).isFalse();
    }

    @Test
    void newsThatComesWithTheConsentIsSeen() throws Exception {
        try (ScriptedImap server = new ScriptedImap()) {
            server.script = (command, usual) -> switch (command) {
                case "CAPABILITY" -> "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN IDLE\r\nTAG OK\r\n";
                case "IDLE" -> "+ idling\r\n* OK still here\r\n* 5 EXISTS\r\n";
                default -> usual;
            };
            long mailbox = bench.mailbox("quick", server.port());
            due(mailbox);
            assertThat(pass(claim("node", 8).get(0))).isEqualTo(Outcome.COMPLETED);
            assertThat(kept.size()).isOne();
            assertThat(bench.count("mailbox_sync WHERE due_at <= clock_timestamp()"))
                    .isOne();
        }
    }

    @Test
    void serverThatNeverFinishesALineHoldsUpNobody() throws Exception {
        firstPass("anna");
        try (ScriptedImap server = new ScriptedImap()) {
            server.script = (command, usual) -> switch (command) {
                case "CAPABILITY" -> "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN IDLE\r\nTAG OK\r\n";
                case "IDLE" -> "+ idling\r\n* 5 EXI";
                default -> usual;
            };
            long bad = bench.mailbox("bad", server.port());
            due(bad);
            assertThat(pass(claim("node", 8).get(0))).isEqualTo(Outcome.COMPLETED);
            assertThat(kept.size()).as("it is not waited for").isOne();
            assertThat(bench.count("mailbox_sync WHERE kept_by IS NOT NULL")).isOne();
            deliver("mail");
            assertThat(pass(awaitDue())).isEqualTo(Outcome.COMPLETED);
            assertThat(bench.count("mail_copy WHERE subject = 'mail'")).isOne();
        }
    }
}
