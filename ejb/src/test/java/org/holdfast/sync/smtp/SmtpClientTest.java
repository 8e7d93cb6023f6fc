package org.holdfast.sync.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.HostRefused;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.TransportSecurity;
import org.holdfast.sync.failure.AuthenticationRejected;
import org.holdfast.sync.failure.ConnectionInsecure;
import org.holdfast.sync.failure.LineTooLong;
import org.holdfast.sync.failure.ProtocolViolation;
import org.holdfast.sync.failure.ProviderBusy;
import org.holdfast.sync.failure.ProviderSilent;
import org.holdfast.sync.imap.Credential;
import org.holdfast.sync.imap.WireLimits;
import org.holdfast.sync.smtp.SmtpOutcome.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmtpClientTest {

    private static final WireLimits SHORT =
            new WireLimits(4 * 1024, 0, 0, Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(1));
    private static final HostPolicy LOCAL = new HostPolicy("127.0.0.1", InetAddress::getAllByName);

    private final SmtpClient client = new SmtpClient(LOCAL, SHORT, (SSLSocketFactory) SSLSocketFactory.getDefault());
    private ScriptedSmtp server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedSmtp();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private SmtpRoute route() {
        return route(TransportSecurity.NONE);
    }

    private SmtpRoute route(TransportSecurity security) {
        return new SmtpRoute(new MailServer("127.0.0.1", server.port(), security), "anna", "canary");
    }

    private SmtpOutcome send(String text, String... recipients) {
        return client.send(route(), "anna@example.com", List.of(recipients), text.getBytes(StandardCharsets.UTF_8));
    }

    private SmtpOutcome sendUsual() {
        return send("Subject: x\r\n\r\nText\r\n", "ben@example.com", "cara@example.com");
    }

    private void answer(String command, String answer) {
        server.script = (said, usual) -> said.startsWith(command) ? answer : usual;
    }

    @Test
    void messageIsAcceptedForEveryRecipientWithDotsDoubledAndLinesEnded() {
        SmtpOutcome outcome = send("Subject: x\r\n\r\n.\r\n..\nbare\rend", "ben@example.com", "cara@example.com");
        assertThat(outcome.result()).isEqualTo(Result.ACCEPTED);
        assertThat(outcome.reply().enhanced()).isEqualTo("2.0.0");
        assertThat(server.accepted).containsExactly("Subject: x\r\n\r\n..\r\n...\r\nbare\r\nend\r\n");
        assertThat(server.received)
                .contains("MAIL FROM:<anna@example.com> SIZE=32", "RCPT TO:<ben@example.com>", "DATA")
                .anyMatch(line -> line.matches("EHLO \\[127\\.0\\.0\\.1]"));
    }

    @Test
    void nothingInAMessageEndsItAndBeginsAnother() {
        for (String end : List.of("\n.\n", "\r.\r", "\r\n.\n", "\n.\r\n", "\r.\r\n")) {
            server.accepted.clear();
            send("Subject: x\r\n\r\na" + end + "MAIL FROM:<evil@example.com>\r\n", "ben@example.com");
            assertThat(server.accepted).hasSize(1);
            assertThat(server.received).noneMatch(line -> line.contains("evil"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ben@example.com>\r\nRCPT TO:<evil@example.com",
                "ben@example.com\nDATA",
                "ben@example.com> SIZE=1",
                "ben example.com",
                "ben@",
                "@example.com",
                "",
                "ben@exa mple.com",
                "ben\0@example.com"
            })
    void addressThatCouldEndACommandIsRefusedHere(String address) {
        SmtpOutcome outcome = send("Subject: x\r\n\r\n", "good@example.com", address);
        assertThat(outcome.result()).isEqualTo(Result.REFUSED);
        assertThat(outcome.refused()).extracting(RefusedRecipient::address).containsExactly(address);
        assertThat(outcome.temporary()).isFalse();
        assertThat(server.received).isEmpty();
        SmtpOutcome sender = client.send(route(), "x" + address, List.of("ben@example.com"), new byte[] {'a'});
        assertThat(sender.result() == Result.ACCEPTED)
                .as("the sender %s", address)
                .isEqualTo(address.equals("@example.com"));
    }

    @ParameterizedTest
    @CsvSource({
        "(greeting), NOT_SENT, GREETING",
        "EHLO, NOT_SENT, EHLO",
        "AUTH, NOT_SENT, AUTH",
        "MAIL, NOT_SENT, MAIL",
        "RCPT, NOT_SENT, RCPT",
        "DATA, NOT_SENT, DATA",
        "., UNKNOWN, FINAL_DOT"
    })
    void cutAtEachPhaseIsToldApart(String command, Result result, SmtpPhase phase) {
        answer(command, ScriptedSmtp.CUT);
        SmtpOutcome outcome = sendUsual();
        assertThat(outcome.result()).isEqualTo(result);
        assertThat(outcome.phase()).isEqualTo(phase);
        assertThat(outcome.temporary()).isEqualTo(result == Result.NOT_SENT);
        assertThat(server.accepted).hasSize(result == Result.UNKNOWN ? 1 : 0);
    }

    @Test
    void cutWithinContentIsNotSent() {
        server.extensions = "250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n";
        server.cutContentAfter = 5_000;
        // More than the buffers between the two hold: else the client may be at the final dot before it sees the cut.
        SmtpOutcome outcome = send("Subject: x\r\n\r\n" + "line\r\n".repeat(8_000_000), "ben@example.com");
        assertThat(outcome.result()).isEqualTo(Result.NOT_SENT);
        assertThat(outcome.phase()).isEqualTo(SmtpPhase.CONTENT);
        assertThat(outcome.phase().isBeforeContent()).isFalse();
        assertThat(server.accepted).isEmpty();
    }

    @Test
    void serverThatDoesNotReadContentIsLeftInTime() throws IOException {
        try (ServerSocket deaf = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> answerAllAtOnce(deaf));
            thread.setDaemon(true);
            thread.start();
            SmtpRoute target =
                    new SmtpRoute(new MailServer("127.0.0.1", deaf.getLocalPort(), TransportSecurity.NONE), null, null);
            byte[] large = ("Subject: x\r\n\r\n" + "line\r\n".repeat(8_000_000)).getBytes(StandardCharsets.US_ASCII);
            SmtpOutcome outcome = client.send(target, "anna@example.com", List.of("ben@example.com"), large);
            assertThat(outcome.result()).isEqualTo(Result.NOT_SENT);
            assertThat(outcome.phase()).isEqualTo(SmtpPhase.CONTENT);
            assertThat(outcome.cause()).isInstanceOf(ProviderSilent.class);
        }
    }

    private static void answerAllAtOnce(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.getOutputStream()
                    .write("220 a\r\n250 b\r\n250 c\r\n250 d\r\n354 e\r\n".getBytes(StandardCharsets.US_ASCII));
            Thread.sleep(30_000);
        } catch (IOException | InterruptedException e) {
            // the test is over
        }
    }

    @ParameterizedTest
    @CsvSource({
        "MAIL, 451 4.3.0 later, MAIL, true",
        "MAIL, 550 5.7.1 not you, MAIL, false",
        "RCPT, 450 4.2.0 greylisted, RCPT, true",
        "RCPT, 550 5.1.1 unknown, RCPT, false",
        "DATA, 421 4.3.2 closing, DATA, true",
        "DATA, 554 5.5.1 no, DATA, false",
        "., 452 4.3.1 full, ANSWERED, true",
        "., 554 5.7.1 spam, ANSWERED, false"
    })
    void refusalsSayWhatAndWhetherToTryAgain(String command, String reply, SmtpPhase phase, boolean temporary) {
        answer(command, reply + "\r\n");
        SmtpOutcome outcome = sendUsual();
        assertThat(outcome.result()).isEqualTo(Result.REFUSED);
        assertThat(outcome.phase()).isEqualTo(phase);
        assertThat(outcome.temporary()).isEqualTo(temporary);
        assertThat(outcome.reply().toString()).isEqualTo(reply);
        assertThat(outcome.reply().enhanced()).isEqualTo(reply.split(" ", -1)[1]);
    }

    @Test
    void oneRefusedRecipientKeepsTheMessageFromAll() {
        answer("RCPT TO:<cara", "550 5.1.1 unknown\r\n");
        SmtpOutcome outcome = sendUsual();
        assertThat(outcome.refused()).extracting(RefusedRecipient::address).containsExactly("cara@example.com");
        assertThat(server.received).doesNotContain("DATA");
        assertThat(server.accepted).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "535 5.7.8 wrong, true",
        "535 5.7.0 temporary failure try again, false",
        "454 4.7.0 later, false",
        "421 4.7.0 too many, false",
        "500 what, false"
    })
    void onlyAClearRefusalCountsAsWrongCredentials(String reply, boolean refused) {
        answer("AUTH", reply + "\r\n");
        SmtpOutcome outcome = sendUsual();
        assertThat(outcome.result()).isEqualTo(Result.NOT_SENT);
        assertThat(outcome.phase()).isEqualTo(SmtpPhase.AUTH);
        assertThat(outcome.credentialsRefused()).isEqualTo(refused);
        assertThat(outcome.temporary()).isEqualTo(!refused);
        assertThat(server.received.stream().filter(line -> line.startsWith("AUTH")))
                .hasSize(1);
    }

    @Test
    void passwordThatTheServerRepeatsIsNotTold() {
        server.script = (said, usual) -> said.startsWith("AUTH") ? "535 5.7.8 wrong: " + said + "\r\n" : usual;
        SmtpOutcome outcome = sendUsual();
        assertThat(outcome.text()).contains("***").doesNotContain("canary").doesNotContain("Y2FuYXJ5");
        assertThat(route().toString()).doesNotContain("canary");
    }

    @Test
    void loginMechanismIsUsedWherePlainIsMissing() {
        server.extensions = "250 AUTH LOGIN\r\n";
        server.script = (said, usual) -> said.equals("AUTH LOGIN")
                ? "334 VXNlcm5hbWU6\r\n"
                : said.equals("YW5uYQ==") ? "334 UGFzc3dvcmQ6\r\n" : said.equals("Y2FuYXJ5") ? "235 fine\r\n" : usual;
        assertThat(sendUsual().result()).isEqualTo(Result.ACCEPTED);
        server.extensions = "250 SIZE\r\n";
        assertThat(sendUsual().credentialsRefused()).isTrue();
    }

    @Test
    void extensionsAreRespected() {
        server.extensions = "250 SIZE 100\r\n";
        assertThat(client.send(anonymous(), "a@example.com", List.of("b@example.com"), new byte[200])
                        .text())
                .contains("202 bytes");
        server.extensions = "250 PIPELINING\r\n";
        byte[] umlaut = "Subject: x\r\n\r\n\u00e4\r\n".getBytes(StandardCharsets.UTF_8);
        SmtpOutcome plain = client.send(anonymous(), "a@example.com", List.of("b@example.com"), umlaut);
        assertThat(plain.result()).isEqualTo(Result.REFUSED);
        assertThat(plain.text()).contains("ASCII");
        server.extensions = "250-8BITMIME\r\n250 SMTPUTF8\r\n";
        client.send(anonymous(), "a@example.com", List.of("j\u00fcrgen@m\u00fcnchen.example"), umlaut);
        assertThat(server.received)
                .contains(
                        "MAIL FROM:<a@example.com> BODY=8BITMIME SMTPUTF8",
                        "RCPT TO:<j\u00fcrgen@xn--mnchen-3ya.example>");
        byte[] wide = ("Subject: x\r\n\r\n" + "x".repeat(999)).getBytes(StandardCharsets.UTF_8);
        assertThat(client.send(anonymous(), "a@example.com", List.of("b@example.com"), wide)
                        .result())
                .isEqualTo(Result.REFUSED);
    }

    private SmtpRoute anonymous() {
        return new SmtpRoute(route().server(), null, null);
    }

    @Test
    void phasesAreToldBeforeTheyBeginAndStoppingKeepsTheMessageHere() {
        List<SmtpPhase> seen = new ArrayList<>();
        SmtpEnvelope envelope = new SmtpEnvelope("a@example.com", List.of("b@example.com"));
        SmtpContent content = SmtpContent.of("Subject: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        client.send(route(), envelope, content, seen::add);
        assertThat(seen)
                .containsExactly(
                        SmtpPhase.CONNECT,
                        SmtpPhase.GREETING,
                        SmtpPhase.EHLO,
                        SmtpPhase.AUTH,
                        SmtpPhase.MAIL,
                        SmtpPhase.RCPT,
                        SmtpPhase.DATA,
                        SmtpPhase.CONTENT,
                        SmtpPhase.FINAL_DOT);
        server.accepted.clear();
        assertThatThrownBy(() -> client.send(route(), envelope, content, phase -> {
                    if (phase == SmtpPhase.FINAL_DOT) {
                        throw new IllegalStateException("the lease is lost");
                    }
                }))
                .hasMessage("the lease is lost");
        assertThat(server.accepted).isEmpty();
    }

    @Test
    void missingStartTlsSendsNoCredential() {
        assertThatThrownBy(() -> client.signIn(route(TransportSecurity.STARTTLS)))
                .isInstanceOf(ConnectionInsecure.class);
        assertThat(server.received).allMatch(line -> line.startsWith("EHLO") || line.equals("QUIT"));
    }

    @Test
    void whatIsInjectedAheadOfTheUpgradeIsNotBelieved() {
        server.extensions = "250 STARTTLS\r\n";
        answer("STARTTLS", "220 go\r\n250-x\r\n250 AUTH PLAIN\r\n235 welcome\r\n");
        SmtpOutcome outcome = client.send(
                route(TransportSecurity.STARTTLS), "a@example.com", List.of("b@example.com"), new byte[] {'a'});
        assertThat(outcome.result()).isEqualTo(Result.NOT_SENT);
        assertThat(outcome.phase()).isEqualTo(SmtpPhase.STARTTLS);
        assertThat(server.received).noneMatch(line -> line.startsWith("AUTH"));
    }

    @Test
    void hostileServersAreLeftInBoundedTimeAndMemory() {
        answer(ScriptedSmtp.GREETING, "220 " + "x".repeat(1_000_000) + "\r\n");
        assertThat(sendUsual().cause()).isInstanceOf(LineTooLong.class);
        answer(ScriptedSmtp.GREETING, "220-x\r\n".repeat(100_000));
        assertThat(sendUsual().cause()).isInstanceOf(ProtocolViolation.class);
        answer(ScriptedSmtp.GREETING, "* OK IMAP\r\n");
        assertThat(sendUsual().cause()).isInstanceOf(ProtocolViolation.class);
        answer("EHLO", "");
        assertThat(sendUsual().cause()).isInstanceOf(ProviderSilent.class);
        answer(ScriptedSmtp.GREETING, "421 too many connections\r\n");
        assertThat(sendUsual().cause()).isInstanceOf(ProviderBusy.class);
    }

    @Test
    void hostsAreCheckedFirst() {
        SmtpClient closed = new SmtpClient(
                new HostPolicy("", InetAddress::getAllByName), SHORT, (SSLSocketFactory) SSLSocketFactory.getDefault());
        SmtpOutcome outcome = closed.send(route(), "a@example.com", List.of("b@example.com"), new byte[] {'a'});
        assertThat(outcome.result()).isEqualTo(Result.NOT_SENT);
        assertThat(outcome.cause()).isInstanceOf(HostRefused.class);
        assertThat(outcome.temporary()).isFalse();
        assertThat(server.received).isEmpty();
    }

    @Test
    void hostWhoseNameIsNotKnownNowIsTriedAgain() {
        HostPolicy nameless = new HostPolicy("", host -> {
            throw new UnknownHostException(host);
        });
        SmtpRoute route =
                new SmtpRoute(new MailServer("mail.example.com", 587, TransportSecurity.STARTTLS), "anna", "canary");
        SmtpOutcome outcome = new SmtpClient(nameless, SHORT, (SSLSocketFactory) SSLSocketFactory.getDefault())
                .send(route, "a@example.com", List.of("b@example.com"), new byte[] {'a'});
        assertThat(outcome.result()).isEqualTo(Result.NOT_SENT);
        assertThat(outcome.phase()).isEqualTo(SmtpPhase.CONNECT);
        assertThat(outcome.text()).contains("has no address");
        assertThat(outcome.temporary()).isTrue();
    }

    @Test
    void signInSendsNothing() throws IOException {
        client.signIn(route());
        assertThat(server.received)
                .anyMatch(line -> line.startsWith("AUTH"))
                .noneMatch(line -> line.startsWith("MAIL"));
        answer("AUTH", "535 5.7.8 wrong\r\n");
        assertThatThrownBy(() -> client.signIn(route())).isInstanceOf(AuthenticationRejected.class);
        assertThatThrownBy(() -> SubmissionSignIn.check(client, route())).hasMessageContaining("check the user name");
    }

    @Test
    void tokenIsSentAsTheServerAnnouncesItAndARefusalInJsonIsAnsweredOnce() throws IOException {
        SmtpRoute route = new SmtpRoute(
                new MailServer("127.0.0.1", server.port(), TransportSecurity.NONE), Credential.token("anna", "t0k"));
        server.extensions = "250 AUTH PLAIN XOAUTH2\r\n";
        client.signIn(route);
        String said = "user=anna\u0001auth=Bearer t0k\u0001\u0001";
        assertThat(server.received)
                .contains(
                        "AUTH XOAUTH2 " + Base64.getEncoder().encodeToString(said.getBytes(StandardCharsets.US_ASCII)));
        server.received.clear();
        server.extensions = "250 AUTH OAUTHBEARER\r\n";
        server.script = (line, usual) -> line.startsWith("AUTH")
                ? "334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\r\n"
                : line.equals("AQ==") ? "535 5.7.8 wrong t0k\r\n" : usual;
        assertThatThrownBy(() -> client.signIn(route))
                .isInstanceOf(AuthenticationRejected.class)
                .hasMessageNotContaining("t0k");
        assertThat(server.received)
                .anyMatch(line -> line.startsWith("AUTH OAUTHBEARER "))
                .contains("AQ==");
        server.extensions = "250 AUTH PLAIN\r\n";
        assertThatThrownBy(() -> client.signIn(route)).isInstanceOf(AuthenticationRejected.class);
    }
}
