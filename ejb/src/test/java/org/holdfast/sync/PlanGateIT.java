package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.mailbox.PlanFollower;
import org.holdfast.plan.EntitlementQuery;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.imap.ImapClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a provider still hears once the plan no longer synchronises; on the system's clock. */
class PlanGateIT {

    private static final Clock CLOCK = Clock.systemUTC();

    private static LocalPostgres postgres;
    private static LocalDovecot dovecot;

    @TempDir
    static Path keys;

    @BeforeAll
    static void start() {
        dovecot = MailServers.dovecot(new LocalDovecot.Options(null, null, true));
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        if (postgres != null) {
            postgres.close();
        }
        if (dovecot != null) {
            dovecot.close();
        }
    }

    /** One node: a pass, the look of every second, the timer that lets states follow. */
    private static final class Node {

        private final PullBench bench;
        private final RunningPasses running = new RunningPasses();

        Node(PullBench bench) {
            this.bench = bench;
        }

        CompletableFuture<MailboxPass.Outcome> begin(Lease lease) {
            MailboxPass pass = new MailboxPass(
                    bench.new InJdbi(),
                    (account, at) -> new EntitlementQuery(bench.jdbi)
                            .find(account, at, CLOCK.instant())
                            .orElseThrow(),
                    bench.secrets,
                    new ImapClient(bench.hosts, bench.limits, (SSLSocketFactory) SSLSocketFactory.getDefault()),
                    CLOCK,
                    followed -> {});
            running.add(lease, pass);
            return CompletableFuture.supplyAsync(() -> pass.run(lease))
                    .whenComplete((outcome, e) -> running.remove(lease));
        }

        void look() {
            running.stopWhatMayNotGoOn(bench.new InJdbi(), CLOCK.instant());
            bench.jdbi.useTransaction(h -> new PlanFollower(h).step(CLOCK.instant(), 100));
        }

        /** Looks each second until something is so, at most a minute. */
        void lookUntil(BooleanSupplier so) throws InterruptedException {
            for (int second = 0; second < 60 && !so.getAsBoolean(); second++) {
                look();
                TimeUnit.SECONDS.sleep(1);
            }
            assertThat(so.getAsBoolean()).isTrue();
        }
    }

    private static void subscribeUntil(PullBench bench, Instant end) {
        bench.jdbi.useHandle(h -> {
            h.execute("DELETE FROM subscription");
            h.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, valid_until, known_from, recorded_by,"
                            + " reason) VALUES (?, 'DEMO', '2025-01-01', ?, '2025-01-01', 'test', 'test')",
                    bench.accountId,
                    end);
        });
    }

    @Test
    void passInTheMiddleOfAHugeSlowFetchEndsWithinAMinuteOfTheInstantAndNothingFollows() throws Exception {
        dovecot.keepCommands("huge");
        PullBench bench = new PullBench(postgres, keys, "DEMO");
        byte[] huge = ("From: a@example.com\r\nSubject: huge\r\n\r\n" + "0123456789abcdef\r\n".repeat(200_000))
                .getBytes(StandardCharsets.UTF_8);
        try (RawImap imap = new RawImap(dovecot.port(), "huge", "secret");
                SlowProxy slow = new SlowProxy(dovecot.port(), 30_000)) {
            imap.append("INBOX", huge, null, "");
            int before = dovecot.commands("huge").size();
            long mailbox = bench.mailbox("huge", slow.port());
            Instant end = CLOCK.instant().plusSeconds(6);
            subscribeUntil(bench, end);
            Node node = new Node(bench);
            CompletableFuture<MailboxPass.Outcome> pass = node.begin(bench.claim(mailbox));
            node.lookUntil(() -> dovecot.commands("huge").stream().anyMatch(line -> line.contains("BODY.PEEK")));
            assertThat(pass).as("the answer takes two minutes").isNotDone();

            node.lookUntil(() -> CLOCK.instant().isAfter(end) && pass.isDone());
            Duration late = Duration.between(end, CLOCK.instant());
            System.out.println("The pass ended " + late.toMillis() + " ms after the instant");
            assertThat(late).isLessThan(Duration.ofSeconds(60));
            assertThat(pass.get()).isEqualTo(MailboxPass.Outcome.STOPPED);
            assertThat(bench.count("mailbox WHERE state = 'PAUSED_BY_PLAN' AND plan_stop = 'NO_SYNC'"
                            + " AND secret IS NOT NULL AND plan_stopped_at IS NOT NULL"))
                    .isOne();
            assertThat(bench.count("sync_pass WHERE outcome = 'FAILED'")).isZero();

            int after = dovecot.commands("huge").size();
            for (int second = 0; second < 5; second++) {
                bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox_sync SET due_at = clock_timestamp()"));
                node.look();
                assertThat(bench.jdbi.<List<Lease>, RuntimeException>withHandle(h -> new Leases(h)
                                .claim(
                                        new Leases.ClaimOrder("test", 10, Duration.ofMinutes(1), 10, 10),
                                        CLOCK.instant())))
                        .isEmpty();
                TimeUnit.SECONDS.sleep(1);
            }
            assertThat(dovecot.commands("huge")).hasSize(after).hasSizeGreaterThan(before);
            assertThat(slow.connections).hasValue(1);
            assertThat(lastCommand("huge")).isBefore(end.plusSeconds(60));
        }
    }

    @Test
    void mailboxClaimedBeforeTheInstantOpensNoConnectionAfterIt() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "DEMO");
        try (SlowProxy proxy = new SlowProxy(dovecot.port(), 1_000_000)) {
            long mailbox = bench.mailbox("late", proxy.port());
            Lease lease = bench.claim(mailbox);
            subscribeUntil(bench, CLOCK.instant());
            assertThat(new Node(bench).begin(lease).get(30, TimeUnit.SECONDS)).isEqualTo(MailboxPass.Outcome.STOPPED);
            assertThat(proxy.connections).hasValue(0);
            assertThat(bench.count("mailbox WHERE state = 'PAUSED_BY_PLAN'")).isOne();
        }
    }

    @Test
    void passThatWaitsForASilentServersGreetingIsEndedToo() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "DEMO");
        try (SlowProxy silent = new SlowProxy(dovecot.port(), 1)) {
            long mailbox = bench.mailbox("silent", silent.port());
            Instant end = CLOCK.instant().plusSeconds(3);
            subscribeUntil(bench, end);
            Node node = new Node(bench);
            CompletableFuture<MailboxPass.Outcome> pass = node.begin(bench.claim(mailbox));
            node.lookUntil(() -> CLOCK.instant().isAfter(end) && pass.isDone());
            assertThat(Duration.between(end, CLOCK.instant())).isLessThan(Duration.ofSeconds(10));
            assertThat(pass.get()).isEqualTo(MailboxPass.Outcome.STOPPED);
        }
    }

    @Test
    void passOfAMailboxThatItsOwnerPausesEndsToo() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "DEMO");
        try (SlowProxy silent = new SlowProxy(dovecot.port(), 1)) {
            long mailbox = bench.mailbox("owner", silent.port());
            Node node = new Node(bench);
            CompletableFuture<MailboxPass.Outcome> pass = node.begin(bench.claim(mailbox));
            assertThatItRuns(pass);
            bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET state = 'PAUSED_BY_USER'"));
            node.lookUntil(pass::isDone);
            assertThat(pass.get()).isEqualTo(MailboxPass.Outcome.STOPPED);
            assertThat(bench.count("mailbox WHERE state = 'PAUSED_BY_USER' AND plan_stop IS NULL"))
                    .isOne();
        }
    }

    private static void assertThatItRuns(CompletableFuture<MailboxPass.Outcome> pass) throws Exception {
        try {
            throw new AssertionError("Ended: " + pass.get(2, TimeUnit.SECONDS));
        } catch (TimeoutException e) {
            // it runs
        }
    }

    /** Of the provider's own log: when it heard its last command. */
    private static Instant lastCommand(String user) {
        List<String> lines = dovecot.commands(user);
        String last = lines.get(lines.size() - 1);
        String seconds = last.replaceFirst("[ :].*", "");
        return Instant.ofEpochMilli((long) (Double.parseDouble(seconds) * 1_000));
    }
}
