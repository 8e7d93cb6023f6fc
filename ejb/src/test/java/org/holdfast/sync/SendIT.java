package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.message.Flags;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sending.RunningTries;
import org.holdfast.sending.SendingLease;
import org.holdfast.sending.SendingLeaseLost;
import org.holdfast.sending.SendingLeases;
import org.holdfast.sending.SendingRows;
import org.holdfast.sending.SendingTry;
import org.holdfast.sending.SentBindings;
import org.holdfast.sync.imap.WireLimits;
import org.holdfast.sync.oauth.SignIn;
import org.holdfast.sync.smtp.ScriptedSmtp;
import org.holdfast.sync.smtp.SmtpClient;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages on their way out: cut at each phase of SMTP and of the APPEND to Sent; never twice anywhere. */
class SendIT {

    private static final WireLimits SHORT =
            new WireLimits(4 * 1024, 0, 0, Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(2));

    private static LocalPostgres postgres;
    private static LocalDovecot dovecot;
    private static Jdbi database;

    @TempDir
    static Path keys;

    @BeforeAll
    static void start() {
        dovecot = MailServers.dovecot(new LocalDovecot.Options(null, null, true));
        postgres = LocalPostgres.start();
        database = new PullBench(postgres, keys, "PROFESSIONAL").jdbi;
    }

    /** One database for all: making one for each of these many cases takes longer than the cases. */
    private static PullBench emptied() {
        database.useHandle(h -> h.execute("TRUNCATE account CASCADE"));
        return new PullBench(database, keys);
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

    /** A mailbox, its two servers, and one message. */
    private static final class Stage implements AutoCloseable {

        final String user = "s" + UUID.randomUUID().toString().substring(0, 8);
        final ScriptedSmtp smtp = new ScriptedSmtp();
        final CutProxy proxy = new CutProxy(dovecot.port());
        final PushBench bench = new PushBench(emptied(), user, proxy.port());
        final String messageId = "<" + UUID.randomUUID() + "@example.com>";
        final long sending;
        final RunningTries running = new RunningTries();

        Stage() throws Exception {
            dovecot.keepCommands(user);
            bench.pull.jdbi.useHandle(h -> h.execute(
                    "UPDATE mailbox SET smtp_host = '127.0.0.1', smtp_port = ?, smtp_security = 'NONE'", smtp.port()));
            bench.pass();
            sending = bench.pull.id("INSERT INTO sending (account_id, mailbox_id, asked_by, asked_by_id, asked_at,"
                    + " message_id, sender, recipients, subject, size_bytes, state, due_at) VALUES ("
                    + bench.pull.accountId + ", " + bench.mailbox + ", 'o', " + bench.pull.userId + ", now(), '"
                    + messageId + "', 'a@example.com', '{b@example.com}', 'hello', 100, 'QUEUED', now()) RETURNING id");
            byte[] raw = ("From: a@example.com\r\nTo: b@example.com\r\nSubject: hello\r\nMessage-ID: " + messageId
                            + "\r\n\r\n" + "text\r\n".repeat(2_000))
                    .getBytes(StandardCharsets.US_ASCII);
            bench.pull.jdbi.useHandle(
                    h -> h.execute("INSERT INTO sending_content (sending_id, raw) VALUES (?, ?)", sending, raw));
        }

        /** As the worker of a node does; false if nothing is due. */
        boolean send(SendingTry.Transactions transactions) {
            List<SendingLease> claimed = bench.pull.jdbi.inTransaction(h -> new SendingLeases(h).claim("test", 10));
            claimed.forEach(lease -> attempt(transactions, SHORT).run(lease));
            return !claimed.isEmpty();
        }

        SendingTry attempt(SendingTry.Transactions transactions, WireLimits limits) {
            return new SendingTry(
                    transactions,
                    mailbox -> Optional.empty(),
                    bench.pull.secrets,
                    new SmtpClient(new HostPolicy("127.0.0.1", InetAddress::getAllByName), limits, (SSLSocketFactory)
                            SSLSocketFactory.getDefault()),
                    Clock.fixed(PullBench.NOW, ZoneOffset.UTC));
        }

        /** Sends with the patience of everyday to a server that says nothing to a command until it is told to. */
        CompletableFuture<Void> sendToSilent(String command, CountDownLatch reached, CountDownLatch goOn) {
            smtp.script = (said, usual) -> {
                if (said.startsWith(command)) {
                    reached.countDown();
                    await(goOn);
                }
                return usual;
            };
            SendingLease lease = bench.pull
                    .jdbi
                    .inTransaction(h -> new SendingLeases(h).claim("test", 10))
                    .get(0);
            SendingTry attempt = attempt(new Direct(), SmtpClient.PATIENT);
            running.add(lease, attempt);
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> attempt.run(lease));
            await(reached);
            return sent;
        }

        /** As the timer of a node does. */
        void tick() {
            running.stopWhatMayNotGoOn(new Direct(), PullBench.NOW);
        }

        boolean send() {
            return send(new Direct());
        }

        final class Direct implements SendingTry.Transactions {
            @Override
            public <T> T call(Function<Handle, T> work) {
                return bench.pull.jdbi.inTransaction(work::apply);
            }
        }

        /** Everything that goes on by itself, for long enough. */
        void settle() {
            for (int round = 0; round < 8; round++) {
                bench.pull.jdbi.useHandle(h -> h.execute("UPDATE sending SET due_at = now() - interval '1 s',"
                        + " ended_wall = ended_wall - interval '2 min'"));
                send();
                bench.waitedLongEnough();
                bench.pass();
                if (bench.pull.count("sending WHERE state IN ('QUEUED', 'SENDING')") == 0
                        && bench.pull.count("user_command WHERE state IN ('QUEUED', 'RUNNING')") == 0) {
                    return;
                }
            }
        }

        void wantsBinding() {
            bench.pull.jdbi.useHandle(h -> h.execute("UPDATE sending SET bind_kind = 'deal', bind_reference = 'D-1'"));
        }

        void signsInAt(String tokenUrl) {
            byte[] refresh =
                    bench.pull.secrets.seal(bench.pull.accountId, bench.mailbox, SignIn.REFRESH_TOKEN, "refresh-1");
            bench.pull.jdbi.useHandle(h -> {
                h.execute(
                        "UPDATE oauth_provider SET token_url = ?, client_id = 'holdfast' WHERE code = 'google'",
                        tokenUrl);
                h.execute("UPDATE mailbox SET oauth_provider = 'google', secret = ?", refresh);
            });
        }

        /** As the worker of a node does. */
        void bind() {
            bench.pull.jdbi.useTransaction(h -> {
                SentBindings bindings = new SentBindings(h);
                bindings.due(bench.pull.now).forEach(each -> bindings.bind(each, bench.pull.now));
            });
        }

        void waits(String time, String mailboxState) {
            bench.pull.jdbi.useHandle(h -> {
                h.execute("UPDATE sending SET due_at = clock_timestamp() - CAST(? AS interval)", time);
                h.execute("UPDATE mailbox SET state = ?", mailboxState);
            });
            bench.sweep();
        }

        int tell(Instant now) {
            return bench.pull.jdbi.inTransaction(h -> new SentBindings(h).tell(now));
        }

        /** So many more of the mailbox, due now. */
        void queueAnother(int times) {
            bench.pull.jdbi.useHandle(h -> h.execute(
                    "INSERT INTO sending (account_id, mailbox_id, asked_by, asked_by_id, asked_at, message_id, sender,"
                            + " recipients, subject, size_bytes, state, due_at) SELECT account_id, mailbox_id, asked_by,"
                            + " asked_by_id, asked_at, '<' || gen_random_uuid() || '>', sender, recipients, subject,"
                            + " size_bytes, 'QUEUED', now() FROM sending, generate_series(1, ?) WHERE id = ?",
                    times,
                    sending));
        }

        /** Another account with a mailbox that sends over a host, and three messages that are due. */
        void otherAccount(String host) {
            PullBench other = new PullBench(bench.pull.jdbi, keys);
            long mailbox = other.mailbox("x" + UUID.randomUUID().toString().substring(0, 8), proxy.port());
            bench.pull.jdbi.useHandle(h -> {
                h.execute(
                        "UPDATE mailbox SET smtp_host = ?, smtp_port = 587, smtp_security = 'STARTTLS' WHERE id = ?",
                        host,
                        mailbox);
                h.execute(
                        "INSERT INTO sending (account_id, mailbox_id, asked_by, asked_by_id, asked_at, message_id,"
                                + " sender, recipients, subject, size_bytes, state, due_at) SELECT ?, ?, asked_by, ?,"
                                + " asked_at, '<' || gen_random_uuid() || '>', sender, recipients, subject, size_bytes,"
                                + " 'QUEUED', now() FROM sending, generate_series(1, 3) WHERE id = ?",
                        other.accountId,
                        mailbox,
                        other.userId,
                        sending);
            });
        }

        List<Long> claimed() {
            return bench.pull.jdbi.inTransaction(h -> new SendingLeases(h)
                    .claim("test", 8).stream().map(SendingLease::sendingId).toList());
        }

        boolean rows(Predicate<SendingRows> work) {
            return bench.pull.jdbi.inTransaction(h -> work.test(new SendingRows(h)));
        }

        void recover() {
            bench.pull.jdbi.useHandle(h -> h.execute(
                    "UPDATE sending SET lease_until = clock_timestamp() - interval '1 s' WHERE state = 'SENDING'"));
            bench.pull.jdbi.<Integer, RuntimeException>inTransaction(h -> new SendingLeases(h).recover(PullBench.NOW));
        }

        String state() {
            return text("state");
        }

        String text(String column) {
            return bench.pull.jdbi.withHandle(h -> h.createQuery("SELECT " + column + " FROM sending")
                    .mapTo(String.class)
                    .one());
        }

        void appearsInSent() throws Exception {
            try (RawImap other = new RawImap(dovecot.port(), user, "secret")) {
                other.appendText("Sent", "Subject: hello\r\nMessage-ID: " + messageId + "\r\n\r\ntext\r\n", null);
            }
        }

        int inSent() throws Exception {
            try (RawImap other = new RawImap(dovecot.port(), user, "secret")) {
                return other.bodies("Sent").size();
            }
        }

        @Override
        public void close() throws java.io.IOException {
            smtp.close();
            proxy.close();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void cutOnce(ScriptedSmtp smtp, String command) {
        boolean[] cut = new boolean[1];
        smtp.script = (said, usual) -> {
            if (!cut[0] && said.startsWith(command)) {
                cut[0] = true;
                return ScriptedSmtp.CUT;
            }
            return usual;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "none,none",
        "none,before",
        "none,answer",
        "(greeting),none",
        "(greeting),before",
        "(greeting),answer",
        "EHLO,none",
        "EHLO,before",
        "EHLO,answer",
        "AUTH,none",
        "AUTH,before",
        "AUTH,answer",
        "MAIL,none",
        "MAIL,before",
        "MAIL,answer",
        "RCPT,none",
        "RCPT,before",
        "RCPT,answer",
        "DATA,none",
        "DATA,before",
        "DATA,answer",
        "content,none",
        "content,before",
        ".,none",
        ".,before",
        ".,answer"
    })
    void recipientGetsItOnceOrTheOutboxSaysUnknownAndSentHoldsOne(String smtpCut, String appendCut) throws Exception {
        try (Stage stage = new Stage()) {
            if (smtpCut.equals("content")) {
                stage.smtp.cutContentAfter = 500;
            } else if (!smtpCut.equals("none")) {
                cutOnce(stage.smtp, smtpCut);
            }
            if (appendCut.equals("before")) {
                stage.proxy.cutBefore = line -> line.contains("APPEND");
            } else if (appendCut.equals("answer")) {
                stage.proxy.cutAnswer = line -> line.contains("APPENDUID");
            }
            stage.settle();
            switch (smtpCut) {
                case "content" -> {
                    // What a broken connection still takes into its buffers may be all of it: then nobody knows.
                    assertThat(stage.state()).isIn("REFUSED", "UNKNOWN");
                    assertThat(stage.text("error")).containsAnyOf("Nobody received it", "nobody knows");
                    assertThat(stage.smtp.accepted).isEmpty();
                    assertThat(stage.inSent()).isZero();
                }
                case "." -> {
                    assertThat(stage.state()).isEqualTo("UNKNOWN");
                    assertThat(stage.smtp.accepted).hasSize(1);
                    assertThat(stage.inSent()).isZero();
                }
                default -> {
                    assertThat(stage.state()).as(stage.text("error")).isEqualTo("SENT");
                    assertThat(stage.smtp.accepted).hasSize(1);
                    assertThat(stage.inSent()).isOne();
                    assertThat(stage.text("filed_by")).isEqualTo("HOLDFAST");
                    assertThat(stage.bench.pull.count("sending_content")).isZero();
                    assertThat(stage.bench.pull.count("mail_copy WHERE message_id = '" + stage.messageId + "'"))
                            .isOne();
                }
            }
            assertThat(dovecot.commands(stage.user)).noneMatch(line -> line.matches(".* A[0-9]+ (APPEND|STORE).*"));
        }
    }

    @Test
    void messageOfWhichNobodyKnewIsFoundInSent() throws Exception {
        try (Stage stage = new Stage()) {
            cutOnce(stage.smtp, ScriptedSmtp.FINAL_DOT);
            stage.send();
            assertThat(stage.state()).isEqualTo("UNKNOWN");
            stage.appearsInSent();
            stage.settle();
            assertThat(stage.state()).isEqualTo("SENT");
            assertThat(stage.text("sent_by")).isEqualTo("SENT_FOLDER");
            assertThat(stage.smtp.accepted).hasSize(1);
            assertThat(stage.inSent()).isOne();
        }
    }

    @Test
    void providerThatFilesByItselfIsNotDoubled() throws Exception {
        try (Stage stage = new Stage()) {
            stage.send();
            stage.bench.waitedLongEnough();
            stage.bench.pass();
            assertThat(stage.text("filed_by")).isNull();
            stage.appearsInSent();
            stage.settle();
            assertThat(stage.text("filed_by")).isEqualTo("PROVIDER");
            assertThat(stage.inSent()).isOne();
            assertThat(dovecot.commands(stage.user)).noneMatch(line -> line.matches(".* U[0-9-]+ APPEND.*"));
            assertThat(stage.bench.pull.count("sent_habit WHERE provider_files"))
                    .isOne();
        }
    }

    @Test
    void workerThatDiesInAnyPhaseNeverSendsTwice() throws Exception {
        int unknown = 0;
        for (int allowed = 2; allowed < 14; allowed++) {
            try (Stage stage = new Stage()) {
                int[] left = {allowed};
                SendingTry.Transactions dying = new SendingTry.Transactions() {
                    @Override
                    public <T> T call(Function<Handle, T> work) {
                        if (left[0]-- <= 0) {
                            throw new SendingLeaseLost(0);
                        }
                        return stage.bench.pull.jdbi.inTransaction(work::apply);
                    }
                };
                try {
                    stage.send(dying);
                } catch (SendingLeaseLost e) {
                    // as a node that is gone
                }
                stage.recover();
                unknown += stage.state().equals("UNKNOWN") ? 1 : 0;
                stage.settle();
                assertThat(stage.smtp.accepted)
                        .as("after %s transactions", allowed)
                        .hasSizeLessThanOrEqualTo(1);
                assertThat(stage.state()).isIn("SENT", "UNKNOWN");
                assertThat(stage.state().equals("SENT")).isEqualTo(stage.inSent() == 1);
            }
        }
        assertThat(unknown).isBetween(1, 3);
    }

    @Test
    void slowWorkerWhoseTryWasTakenOverSendsNothing() throws Exception {
        try (Stage stage = new Stage()) {
            SendingTry.Transactions slow = new SendingTry.Transactions() {
                @Override
                public <T> T call(Function<Handle, T> work) {
                    if ("MAIL".equals(stage.text("phase"))) {
                        stage.recover();
                    }
                    return stage.bench.pull.jdbi.inTransaction(work::apply);
                }
            };
            assertThatThrownBy(() -> stage.send(slow)).isInstanceOf(SendingLeaseLost.class);
            assertThat(stage.smtp.accepted).isEmpty();
            assertThat(stage.state()).isEqualTo("QUEUED");
        }
    }

    @Test
    void refusalsAreShownAndTemporaryOnesTriedAgain() throws Exception {
        try (Stage stage = new Stage()) {
            stage.smtp.script = (said, usual) -> said.startsWith("RCPT") ? "450 4.2.0 greylisted\r\n" : usual;
            stage.send();
            assertThat(stage.state()).isEqualTo("QUEUED");
            assertThat(stage.text("error")).contains("greylisted");
            assertThat(stage.send()).isFalse();
            stage.smtp.script = (said, usual) -> said.startsWith("RCPT") ? "550 5.1.1 unknown\r\n" : usual;
            stage.settle();
            assertThat(stage.state()).isEqualTo("REFUSED");
            assertThat(stage.text("refused_recipients[1]"))
                    .contains("b@example.com")
                    .contains("unknown");
            assertThat(stage.smtp.accepted).isEmpty();
        }
    }

    @Test
    void refusedCredentialsStopAtOnceAndTheMessageWaits() throws Exception {
        try (Stage stage = new Stage()) {
            stage.smtp.script = (said, usual) -> said.startsWith("AUTH") ? "535 5.7.8 wrong\r\n" : usual;
            stage.send();
            assertThat(stage.state()).isEqualTo("QUEUED");
            assertThat(stage.bench.pull.count("mailbox WHERE state = 'AUTH_FAILED'"))
                    .isOne();
            stage.bench.pull.jdbi.useHandle(h -> h.execute("UPDATE sending SET due_at = now()"));
            assertThat(stage.send()).isFalse();
            assertThat(stage.smtp.received.stream().filter(line -> line.startsWith("AUTH")))
                    .hasSize(1);
            stage.smtp.script = (said, usual) -> usual;
            stage.bench.pull.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET state = 'ACTIVE'"));
            stage.settle();
            assertThat(stage.state()).isEqualTo("SENT");
        }
    }

    @Test
    void secretThatDoesNotOpenIsToldInsteadOfTriedForEver() throws Exception {
        try (Stage stage = new Stage()) {
            stage.bench.pull.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET secret = '\\x0102'::bytea"));
            stage.send();
            assertThat(stage.state()).isEqualTo("REFUSED");
            assertThat(stage.text("error")).contains("does not open").contains("connect the mailbox again");
            assertThat(stage.smtp.received).isEmpty();
            assertThat(stage.bench.pull.count("sending_content")).isOne();
            assertThat(stage.rows(rows -> rows.again(stage.sending))).isTrue();
        }
    }

    @Test
    void tokenEndpointThatMayNotBeAskedIsToldInsteadOfTriedForEver() throws Exception {
        try (Stage stage = new Stage()) {
            stage.signsInAt("http://192.0.2.1/token");
            stage.send();
            assertThat(stage.state()).isEqualTo("REFUSED");
            assertThat(stage.text("error")).contains("Nobody received it");
            assertThat(stage.smtp.received).isEmpty();
        }
    }

    @Test
    void fullSentFolderDoesNotMakeItUnsent() throws Exception {
        try (LocalDovecot small = MailServers.dovecot(new LocalDovecot.Options(null, "5K", false));
                Stage stage = new Stage()) {
            stage.bench.pull.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET imap_port = ?", small.port()));
            stage.settle();
            assertThat(stage.state()).isEqualTo("SENT");
            assertThat(stage.text("filed_by")).isNull();
            assertThat(stage.bench.pull.count("user_command WHERE kind = 'FILE_SENT' AND error LIKE '%OVERQUOTA%'"))
                    .isOne();
            assertThat(stage.smtp.accepted).hasSize(1);
            assertThat(stage.bench.pull.count("sending_content")).isOne();
        }
    }

    @Test
    void answeredOriginalIsMarkedAndTheDraftGoes() throws Exception {
        try (Stage stage = new Stage()) {
            try (RawImap other = new RawImap(dovecot.port(), stage.user, "secret")) {
                other.appendText("INBOX", "Subject: original\r\nMessage-ID: <o@example.com>\r\n\r\nx\r\n", null);
                other.appendText("Drafts", "Subject: draft\r\nMessage-ID: <d@example.com>\r\n\r\nx\r\n", null);
            }
            stage.bench.pass();
            long original = stage.bench.copy("original");
            stage.bench.pull.jdbi.useHandle(h -> h.execute(
                    "UPDATE sending SET original_copy_id = ?, original_use = 'REPLY', draft_copy_id = ?",
                    original,
                    stage.bench.copy("draft")));
            stage.settle();
            try (RawImap other = new RawImap(dovecot.port(), stage.user, "secret")) {
                assertThat(PushBench.server(other, "INBOX").get(1L)).isEqualTo(new Flags(Flags.ANSWERED, List.of()));
                assertThat(other.bodies("Drafts")).isEmpty();
            }
            assertThat(stage.bench.pull.count("mail_copy WHERE subject = 'draft'"))
                    .isZero();
        }
    }

    @Test
    void unknownIsNeverSentAgainBeforeItsSenderHasSaidThatNobodyReceivedIt() throws Exception {
        try (Stage stage = new Stage()) {
            cutOnce(stage.smtp, ScriptedSmtp.FINAL_DOT);
            stage.settle();
            assertThat(stage.state()).isEqualTo("UNKNOWN");
            assertThat(stage.rows(rows -> rows.again(stage.sending))).isFalse();
            stage.settle();
            assertThat(stage.smtp.accepted).hasSize(1);
            assertThat(stage.bench.pull.count("sending_content")).isOne();
            assertThat(stage.rows(rows -> rows.markUnsent(stage.sending, "O", PullBench.NOW)))
                    .isTrue();
            assertThat(stage.state()).isEqualTo("REFUSED");
            assertThat(stage.text("error")).contains("O says");
            stage.settle();
            assertThat(stage.smtp.accepted).hasSize(1);
            assertThat(stage.rows(rows -> rows.again(stage.sending))).isTrue();
            stage.settle();
            assertThat(stage.state()).isEqualTo("SENT");
            assertThat(stage.smtp.accepted).hasSize(2).allMatch(each -> each.contains(stage.messageId));
            assertThat(stage.rows(rows -> rows.again(stage.sending))).isFalse();
        }
    }

    @Test
    void answerThatComesAfterItsSenderAskedToSendItAgainEndsTheMatter() throws Exception {
        try (Stage stage = new Stage()) {
            stage.smtp.script = (said, usual) -> {
                if (said.equals(ScriptedSmtp.FINAL_DOT)) {
                    stage.recover();
                    stage.rows(rows -> rows.markUnsent(stage.sending, "O", PullBench.NOW) && rows.again(stage.sending));
                    assertThat(stage.state()).isEqualTo("QUEUED");
                }
                return usual;
            };
            stage.send();
            assertThat(stage.state()).isEqualTo("SENT");
            assertThat(stage.text("error")).isNull();
            stage.settle();
            assertThat(stage.smtp.accepted).hasSize(1);
            assertThat(stage.inSent()).isOne();
        }
    }

    @Test
    void messageWithoutContentDoesNotLeave() throws Exception {
        try (Stage stage = new Stage()) {
            stage.bench.pull.jdbi.useHandle(h -> h.execute("DELETE FROM sending_content"));
            stage.send();
            assertThat(stage.state()).isEqualTo("REFUSED");
            assertThat(stage.text("error")).contains("erased");
            assertThat(stage.smtp.received).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ScriptedSmtp.GREETING, "EHLO", "AUTH", "MAIL", "DATA"})
    void planThatEndsCutsASubmissionThatWaitsForItsServer(String command) throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (Stage stage = new Stage()) {
            CompletableFuture<Void> sent = stage.sendToSilent(command, new CountDownLatch(1), goOn);
            stage.tick();
            assertThat(sent).isNotDone();
            stage.bench.pull.subscribe("FREE");
            stage.tick();
            sent.get(5, TimeUnit.SECONDS);
            goOn.countDown();
            assertThat(stage.state()).isEqualTo("CANCELLED");
            assertThat(stage.text("error")).isNotBlank().doesNotContain("connection was lost");
            assertThat(stage.bench.pull.count("sending_content")).isZero();
            assertThat(stage.smtp.accepted).isEmpty();
        } finally {
            goOn.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO", "AUTH", "MAIL", "RCPT", "DATA"})
    void noPhaseBeginsAfterThePlanHasEnded(String command) throws Exception {
        try (Stage stage = new Stage()) {
            stage.smtp.script = (said, usual) -> {
                if (said.startsWith(command)) {
                    stage.bench.pull.subscribe("FREE");
                }
                return usual;
            };
            stage.send();
            assertThat(stage.state()).isEqualTo("CANCELLED");
            assertThat(stage.smtp.received.get(stage.smtp.received.size() - 1)).startsWith(command);
            assertThat(stage.smtp.accepted).isEmpty();
        }
    }

    @Test
    void answerToTheFinalDotIsStillAwaitedWhenThePlanEnds() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (Stage stage = new Stage()) {
            CompletableFuture<Void> sent = stage.sendToSilent(ScriptedSmtp.FINAL_DOT, new CountDownLatch(1), goOn);
            stage.bench.pull.subscribe("FREE");
            stage.tick();
            stage.tick();
            goOn.countDown();
            sent.get(5, TimeUnit.SECONDS);
            assertThat(stage.state()).isEqualTo("SENT");
            assertThat(stage.smtp.accepted).hasSize(1);
        } finally {
            goOn.countDown();
        }
    }

    @Test
    void messageOfAMailboxThatItsOwnerPausesWaitsAndLeavesOnceLater() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (Stage stage = new Stage()) {
            CompletableFuture<Void> sent = stage.sendToSilent("RCPT", new CountDownLatch(1), goOn);
            stage.bench.pull.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET state = 'PAUSED_BY_USER'"));
            stage.tick();
            sent.get(5, TimeUnit.SECONDS);
            goOn.countDown();
            assertThat(stage.state()).isEqualTo("QUEUED");
            assertThat(stage.text("error")).contains("paused");
            assertThat(stage.send()).isFalse();
            stage.bench.pull.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET state = 'ACTIVE'"));
            stage.settle();
            assertThat(stage.state()).isEqualTo("SENT");
            assertThat(stage.smtp.accepted).hasSize(1);
        } finally {
            goOn.countDown();
        }
    }

    @Test
    void slowAccountOrHostLeavesRoomForOthers() throws Exception {
        try (Stage stage = new Stage()) {
            stage.queueAnother(5);
            assertThat(stage.claimed()).as("of one account").hasSize(2).contains(stage.sending);
            assertThat(stage.claimed()).as("while these are under way").isEmpty();
            stage.otherAccount("127.0.0.1");
            assertThat(stage.claimed()).as("of one host").hasSize(1);
            stage.otherAccount("127.0.0.1");
            assertThat(stage.claimed()).as("while that host is slow").isEmpty();
            stage.otherAccount("mail.example.com");
            assertThat(stage.claimed()).as("of another account at another host").hasSize(2);
            stage.bench.pull.jdbi.useHandle(
                    h -> h.execute("UPDATE sending SET state = 'SENT' WHERE id = ?", stage.sending));
            assertThat(stage.claimed()).as("when one of the host has ended").hasSize(1);
        }
    }

    @Test
    void copyIsBoundByItsMessageIdWhereTheServerDoesNotSayItsNumber() throws Exception {
        try (Stage stage = new Stage()) {
            stage.wantsBinding();
            stage.settle();
            assertThat(stage.state()).isEqualTo("SENT");
            assertThat(stage.text("filed_by")).isEqualTo("HOLDFAST");
            assertThat(stage.bench.pull.count("sending_content")).isOne();
            stage.bench.pull.jdbi.useHandle(h -> h.execute("UPDATE sending SET filed_uid = 0, filed_validity = 0"));
            stage.bind();
            assertThat(stage.bench.pull.count("binding WHERE kind = 'deal' AND reference = 'D-1'"))
                    .isOne();
            assertThat(stage.text("bound_copy_id")).isNotNull();
            assertThat(stage.bench.pull.count("sending_content")).isZero();
        }
    }

    @Test
    void copyThatItsSenderReceivesIsNotTakenForTheOneInSentUnlessThatDoesNotCome() throws Exception {
        try (Stage stage = new Stage()) {
            stage.wantsBinding();
            stage.send();
            try (RawImap other = new RawImap(dovecot.port(), stage.user, "secret")) {
                other.appendText("INBOX", "Subject: hello\r\nMessage-ID: " + stage.messageId + "\r\n\r\nx\r\n", null);
            }
            stage.bench.pull.jdbi.useHandle(h -> h.execute(
                    "UPDATE user_command SET due_at = clock_timestamp() + interval '1 day' WHERE kind = 'FILE_SENT'"));
            stage.bench.pass();
            stage.bind();
            assertThat(stage.bench.pull.count("binding")).isZero();
            stage.bench.pull.now = PullBench.NOW.plus(Duration.ofHours(1));
            stage.bind();
            assertThat(stage.bench.pull.count("binding")).isOne();
            assertThat(stage.bench.pull.count("sending_content"))
                    .as("it is still to be filed")
                    .isOne();
        }
    }

    @Test
    void mailboxThatSignsInWithATokenSendsAndItsTokenIsRenewedOnce() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        boolean[] ended = new boolean[1];
        HttpServer endpoint = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        endpoint.createContext("/token", exchange -> {
            asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            String answer = ended[0]
                    ? "{\"error\":\"invalid_grant\"}"
                    : "{\"access_token\":\"token-" + asked.size() + "\",\"expires_in\":3600}";
            exchange.sendResponseHeaders(ended[0] ? 400 : 200, 0);
            exchange.getResponseBody().write(answer.getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        endpoint.start();
        try (Stage stage = new Stage()) {
            stage.signsInAt("http://127.0.0.1:" + endpoint.getAddress().getPort() + "/token");
            stage.smtp.extensions = "250-AUTH PLAIN XOAUTH2\r\n250 SIZE 1000000\r\n";
            stage.smtp.script = (said, usual) ->
                    said.startsWith("AUTH XOAUTH2") && !bearer(said).contains("token-2") ? "535 5.7.8 no\r\n" : usual;
            stage.send();
            assertThat(stage.state()).as(stage.text("error")).isEqualTo("SENT");
            assertThat(stage.smtp.accepted).hasSize(1);
            assertThat(asked).hasSize(2).allMatch(each -> each.contains("refresh_token=refresh-1"));
            assertThat(stage.smtp.received.stream().filter(line -> line.startsWith("AUTH")))
                    .hasSize(2)
                    .allMatch(line -> line.startsWith("AUTH XOAUTH2 "));
        }
        try (Stage stage = new Stage()) {
            ended[0] = true;
            stage.signsInAt("http://127.0.0.1:" + endpoint.getAddress().getPort() + "/token");
            stage.send();
            assertThat(stage.state()).isEqualTo("QUEUED");
            assertThat(stage.text("error")).contains("ended the permission");
            assertThat(stage.bench.pull.count("mailbox WHERE state = 'AUTH_FAILED'"))
                    .isOne();
            assertThat(stage.smtp.received).isEmpty();
        } finally {
            endpoint.stop(0);
        }
    }

    private static String bearer(String command) {
        return new String(Base64.getDecoder().decode(command.replaceFirst(".* ", "")), StandardCharsets.US_ASCII);
    }

    @Test
    void bindingThatFindsNoCopyKeepsTheContentAndIsToldOfAfterADay() throws Exception {
        try (Stage stage = new Stage()) {
            stage.wantsBinding();
            stage.send();
            stage.bind();
            assertThat(stage.tell(PullBench.NOW.plus(Duration.ofHours(23)))).isZero();
            assertThat(stage.tell(PullBench.NOW.plus(Duration.ofHours(24)))).isOne();
            assertThat(stage.text("bind_problem")).contains("within a day");
            assertThat(stage.bench.pull.count("sending_content")).isOne();
            stage.settle();
            stage.bind();
            assertThat(stage.text("bind_problem")).isNull();
            assertThat(stage.bench.pull.count("sending_content")).isZero();
        }
    }

    @Test
    void whatIsNoDraftIsNotRemovedWhateverItsSenderCalledIt() throws Exception {
        try (Stage stage = new Stage()) {
            try (RawImap other = new RawImap(dovecot.port(), stage.user, "secret")) {
                other.appendText("INBOX", "Subject: mine\r\nMessage-ID: <m@example.com>\r\n\r\nx\r\n", null);
            }
            stage.bench.pass();
            stage.bench.pull.jdbi.useHandle(
                    h -> h.execute("UPDATE sending SET draft_copy_id = ?", stage.bench.copy("mine")));
            stage.settle();
            assertThat(stage.state()).isEqualTo("SENT");
            try (RawImap other = new RawImap(dovecot.port(), stage.user, "secret")) {
                assertThat(other.bodies("INBOX")).hasSize(1);
            }
            assertThat(stage.bench.pull.count("user_command WHERE kind = 'EXPUNGE'"))
                    .isZero();
        }
    }

    @Test
    void contentGoesWhenAMessageIsCancelledAndThirtyDaysAfterItWasRefused() throws Exception {
        try (Stage stage = new Stage()) {
            assertThat(stage.rows(rows -> rows.cancel(stage.sending, "test", PullBench.NOW)))
                    .isTrue();
            assertThat(stage.bench.pull.count("sending_content")).isZero();
        }
        try (Stage stage = new Stage()) {
            stage.smtp.script = (said, usual) -> said.startsWith("RCPT") ? "550 5.1.1 unknown\r\n" : usual;
            stage.send();
            assertThat(stage.state()).isEqualTo("REFUSED");
            stage.bench.sweep();
            assertThat(stage.bench.pull.count("sending_content")).isOne();
            stage.bench.pull.now = PullBench.NOW.plus(Duration.ofDays(30));
            stage.bench.sweep();
            assertThat(stage.bench.pull.count("sending_content")).isZero();
            assertThat(stage.rows(rows -> rows.again(stage.sending))).isFalse();
        }
        try (Stage stage = new Stage()) {
            stage.bench.pull.jdbi.useHandle(h -> h.execute("UPDATE mailbox SET state = 'DISCONNECTED'"));
            stage.bench.cancelStopped();
            assertThat(stage.state()).isEqualTo("CANCELLED");
            assertThat(stage.bench.pull.count("sending_content")).isZero();
        }
    }

    @Test
    void whatIsBoundOnSendingIsBoundAsByHandOnAWholeCopyAndAudited() throws Exception {
        try (Stage stage = new Stage()) {
            stage.wantsBinding();
            stage.settle();
            stage.bench.pass();
            long copy = stage.bench.copy("hello");
            byte[] raw = stage.bench.pull.jdbi.withHandle(
                    h -> h.createQuery("SELECT raw FROM mail_content WHERE copy_id = :copy")
                            .bind("copy", copy)
                            .mapTo(byte[].class)
                            .one());
            stage.bench.pull.jdbi.useHandle(
                    h -> h.execute("UPDATE mail_content SET raw = 'short' WHERE copy_id = ?", copy));
            stage.bind();
            assertThat(stage.bench.pull.count("binding")).isZero();
            assertThat(stage.text("bind_problem")).contains("not stored whole");
            stage.bench.pull.jdbi.useHandle(
                    h -> h.execute("UPDATE mail_content SET raw = ? WHERE copy_id = ?", raw, copy));
            stage.bind();
            assertThat(stage.bench.pull.count("binding")).isOne();
            assertThat(stage.text("bind_problem")).isNull();
            assertThat(stage.bench.pull.count("audit_event WHERE action = 'copy.bind' AND actor = 'o' AND subject ="
                            + " 'copy:" + copy + "' AND details LIKE '%D-1 by sending:" + stage.sending + "'"))
                    .isOne();
        }
    }

    private static final String READABLE =
            "sending WHERE subject IS NOT NULL OR recipients <> '{}' OR refused_recipients <> '{}'";

    @Test
    void whatASentMessageLeavesGoesWithItsCopy() throws Exception {
        try (Stage stage = new Stage()) {
            stage.settle();
            stage.bench.pass();
            stage.bench.sweep();
            assertThat(stage.bench.pull.count(READABLE)).isOne();
            stage.bench.pull.jdbi.useHandle(h -> {
                h.execute("DELETE FROM mail_content");
                h.execute("DELETE FROM mail_copy");
            });
            stage.bench.sweep();
            assertThat(stage.bench.pull.count(READABLE)).isZero();
            assertThat(stage.state()).isEqualTo("SENT");
            assertThat(stage.text("erased_at")).isNotNull();
        }
    }

    @Test
    void whatARefusedMessageLeavesGoesAfterThirtyDays() throws Exception {
        try (Stage stage = new Stage()) {
            stage.smtp.script = (said, usual) -> said.startsWith("RCPT") ? "550 5.1.1 <B@example.com> no\r\n" : usual;
            stage.send();
            stage.bench.pull.now = PullBench.NOW.plus(Duration.ofDays(30)).minusSeconds(1);
            stage.bench.sweep();
            assertThat(stage.bench.pull.count(READABLE)).isOne();
            assertThat(stage.text("error").toLowerCase(java.util.Locale.ROOT)).contains("b@example.com");
            stage.bench.pull.now = PullBench.NOW.plus(Duration.ofDays(30));
            stage.bench.sweep();
            assertThat(stage.bench.pull.count(READABLE)).isZero();
            assertThat(stage.text("error")).contains("erased").doesNotContain("xample.com");
        }
    }

    @Test
    void contentOfWhichNobodyKnowsIsKeptForThirtyDaysAndThatNobodyKnowsStays() throws Exception {
        try (Stage stage = new Stage()) {
            stage.bench.pull.jdbi.useHandle(
                    h -> h.execute("UPDATE sending SET state = 'UNKNOWN', asked_at = ?", PullBench.NOW));
            stage.bench.pull.now = PullBench.NOW.plus(Duration.ofDays(30)).minusSeconds(1);
            stage.bench.sweep();
            assertThat(stage.bench.pull.count("sending_content")).isOne();
            stage.bench.pull.now = PullBench.NOW.plus(Duration.ofDays(30));
            stage.bench.sweep();
            assertThat(stage.bench.pull.count("sending_content")).isZero();
            assertThat(stage.bench.pull.count(READABLE)).isZero();
            assertThat(stage.state()).isEqualTo("UNKNOWN");
            assertThat(stage.text("error")).contains("its content was erased");
        }
    }

    @Test
    void messageThatWaitsForAMailboxThatIsNotUsedIsCancelledAfterSevenDays() throws Exception {
        try (Stage stage = new Stage()) {
            stage.waits("7 days", "ACTIVE");
            assertThat(stage.state()).isEqualTo("QUEUED");
            stage.waits("6 days 23 hours", "PAUSED_BY_USER");
            assertThat(stage.state()).isEqualTo("QUEUED");
            stage.waits("7 days", "PAUSED_BY_USER");
            assertThat(stage.state()).isEqualTo("CANCELLED");
            assertThat(stage.text("error")).contains("seven days");
            assertThat(stage.bench.pull.count("sending_content")).isZero();
        }
    }
}
