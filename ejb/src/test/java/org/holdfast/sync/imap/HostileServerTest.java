package org.holdfast.sync.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLSocketFactory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.TransportSecurity;
import org.holdfast.sync.failure.AuthenticationRejected;
import org.holdfast.sync.failure.CommandForbidden;
import org.holdfast.sync.failure.ConnectionInsecure;
import org.holdfast.sync.failure.ConnectionLost;
import org.holdfast.sync.failure.LineTooLong;
import org.holdfast.sync.failure.LiteralTooLarge;
import org.holdfast.sync.failure.NestingTooDeep;
import org.holdfast.sync.failure.ProviderBusy;
import org.holdfast.sync.failure.ProviderFailure;
import org.holdfast.sync.failure.ProviderSilent;
import org.junit.jupiter.api.Test;

/** What a server can do to its client; each ends in a named failure, in bounded time and memory. */
class HostileServerTest {

    private static final WireLimits SHORT = new WireLimits(
            64 * 1024, 64 * 1024 * 1024, 100, Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(2));

    private final List<String> received = new CopyOnWriteArrayList<>();

    /** A server that answers each command as the script says; null: with OK. */
    private interface Script {
        String answer(String tag, String command);
    }

    private void against(String greeting, Script script, TransportSecurity security, ThrowingSession session)
            throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> serve(server, greeting, script));
            thread.setDaemon(true);
            thread.start();
            ImapClient client =
                    new ImapClient(new HostPolicy("127.0.0.1", InetAddress::getAllByName), SHORT, (SSLSocketFactory)
                            SSLSocketFactory.getDefault());
            MailServer target = new MailServer("127.0.0.1", server.getLocalPort(), security);
            try (ImapSession open = client.open(target, "anna", "canary", true)) {
                session.use(open);
            }
        }
    }

    private interface ThrowingSession {
        void use(ImapSession session) throws IOException;
    }

    private void serve(ServerSocket server, String greeting, Script script) {
        try (Socket socket = server.accept()) {
            OutputStream out = socket.getOutputStream();
            out.write(greeting.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                received.add(line);
                String[] words = line.split(" ", 2);
                String answer = script.answer(words[0], words.length < 2 ? "" : words[1]);
                out.write((answer == null ? usual(words[0], words[1]) : answer).getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            }
        } catch (IOException e) {
            // the client has gone: what it did is what the test looks at
        }
    }

    private static String usual(String tag, String command) {
        return command.equals("CAPABILITY")
                ? "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\n" + tag + " OK\r\n"
                : tag + " OK done\r\n";
    }

    private ThrowingCallable listing(String answer) {
        return () -> against(
                "* OK hello\r\n",
                (tag, command) -> command.startsWith("UID FETCH") ? answer : null,
                TransportSecurity.NONE,
                session -> session.list("1:*"));
    }

    @Test
    void literalOfTwoBillionBytes() {
        assertThatThrownBy(listing("* 1 FETCH (UID 1 BODY[] {2000000000}\r\nabcde"))
                .isInstanceOf(LiteralTooLarge.class);
        assertThatThrownBy(listing("* 1 FETCH (UID 1 BODY[] {2147483647}\r\nabcde"))
                .isInstanceOf(LiteralTooLarge.class);
        assertThatThrownBy(listing("* 1 FETCH (UID 1 BODY[] {99999999999999999999}\r\nabcde"))
                .isInstanceOf(LiteralTooLarge.class);
    }

    @Test
    void nestingOfTwentyThousand() {
        assertThatThrownBy(listing("* 1 FETCH (BODYSTRUCTURE " + "(".repeat(20_000)))
                .isInstanceOf(NestingTooDeep.class);
    }

    @Test
    void endlessLine() {
        assertThatThrownBy(listing("* OK " + "a".repeat(10_000_000))).isInstanceOf(LineTooLong.class);
        assertThatThrownBy(listing("* 1 FETCH (" + "FLAGS {1}\r\na ".repeat(10_000)))
                .isInstanceOf(LineTooLong.class);
    }

    @Test
    void silence() {
        assertThatThrownBy(listing("")).isInstanceOf(ProviderSilent.class);
    }

    @Test
    void answerThatNeverEndsMeetsItsDeadline() {
        long begin = System.nanoTime();
        assertThatThrownBy(() -> against(
                        "* OK hello\r\n",
                        (tag, command) -> {
                            if (command.startsWith("UID FETCH")) {
                                pause();
                            }
                            return command.startsWith("UID FETCH") ? "* 1 FETCH (UID 1)\r\n" : null;
                        },
                        TransportSecurity.NONE,
                        session -> session.list("1:*")))
                .isInstanceOf(ProviderSilent.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }

    private static void pause() {
        try {
            Thread.sleep(300);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void connectionLostInsideALiteral() {
        assertThatThrownBy(() -> against(
                        "* OK hello\r\n",
                        (tag, command) -> {
                            if (command.startsWith("UID FETCH")) {
                                throw new IllegalStateException("cut");
                            }
                            return null;
                        },
                        TransportSecurity.NONE,
                        session -> session.list("1:*")))
                .isInstanceOf(ConnectionLost.class);
    }

    @Test
    void loginThatIsClaimedToBeDoneAlready() {
        assertThatThrownBy(() -> against("* PREAUTH hi\r\n", (t, c) -> null, TransportSecurity.NONE, s -> {}))
                .isInstanceOf(ConnectionInsecure.class);
        assertThatThrownBy(() -> against("* PREAUTH hi\r\n", (t, c) -> null, TransportSecurity.STARTTLS, s -> {}))
                .isInstanceOf(ConnectionInsecure.class);
        assertThat(received).isEmpty();
    }

    @Test
    void starttlsThatIsNotOfferedSendsNoCredential() {
        assertThatThrownBy(() -> against(
                        "* OK hello\r\n", (tag, command) -> tag + " BAD what\r\n", TransportSecurity.STARTTLS, s -> {}))
                .isInstanceOf(ConnectionInsecure.class);
        assertThat(received).containsExactly("S0 STARTTLS");
    }

    @Test
    void starttlsWithAnswersInjectedBeforeTheHandshake() {
        assertThatThrownBy(() -> against(
                        "* OK hello\r\n",
                        (tag, command) -> tag + " OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n",
                        TransportSecurity.STARTTLS,
                        s -> {}))
                .isInstanceOf(ProviderFailure.class);
        assertThat(String.join("\n", received)).doesNotContain("AUTHENTICATE").doesNotContain("LOGIN");
    }

    @Test
    void clearTextServerBehindTls() {
        assertThatThrownBy(() -> against("* OK hello\r\n", (t, c) -> null, TransportSecurity.TLS, s -> {}))
                .isInstanceOf(ProviderFailure.class);
        assertThat(String.join("\n", received)).doesNotContain("AUTHENTICATE");
    }

    private ThrowingCallable login(String answer) {
        return () -> against(
                "* OK hello\r\n",
                (tag, command) -> command.startsWith("AUTHENTICATE") ? tag + " " + answer + "\r\n" : null,
                TransportSecurity.NONE,
                session -> {});
    }

    @Test
    void wrongPasswordIsToldFromABusyServer() {
        assertThatThrownBy(login("NO [AUTHENTICATIONFAILED] no")).isInstanceOf(AuthenticationRejected.class);
        assertThatThrownBy(login("NO invalid credentials")).isInstanceOf(AuthenticationRejected.class);
        assertThatThrownBy(login("NO [UNAVAILABLE] later")).isInstanceOf(ProviderBusy.class);
        assertThatThrownBy(login("NO [INUSE] later")).isInstanceOf(ProviderBusy.class);
        assertThatThrownBy(login("BAD User is authenticated but not connected")).isInstanceOf(ProviderBusy.class);
        assertThatThrownBy(login("NO [AUTHENTICATIONFAILED] wrong, try again"))
                .isInstanceOf(AuthenticationRejected.class);
        assertThatThrownBy(login("NO Account exceeded command or bandwidth limits"))
                .isInstanceOf(ProviderBusy.class);
        assertThatThrownBy(login("NO Temporary authentication failure")).isInstanceOf(ProviderBusy.class);
    }

    @Test
    void passwordThatTheServerRepeatsIsNotTold() {
        assertThatThrownBy(login("NO who is canary (AGFubmEAY2FuYXJ5)")).hasMessageContaining("who is *** (***)");
    }

    @Test
    void statedWaitHasABound() {
        assertThatThrownBy(login("NO [UNAVAILABLE] Suggested Backoff Time: 9999999999 milliseconds"))
                .isInstanceOfSatisfying(
                        ProviderBusy.class, e -> assertThat(e.requestedWait()).contains(Duration.ofHours(24)));
    }

    @Test
    void statedWaitIsKept() {
        assertThatThrownBy(() -> against(
                        "* OK hello\r\n",
                        (tag, command) -> command.startsWith("LIST")
                                ? tag + " NO Request is throttled. Suggested Backoff Time: 299961 milliseconds\r\n"
                                : null,
                        TransportSecurity.NONE,
                        ImapSession::folders))
                .isInstanceOfSatisfying(
                        ProviderBusy.class, e -> assertThat(e.requestedWait()).contains(Duration.ofMillis(299_961)));
    }

    @Test
    void commandInjectedThroughAFolderNameNeverLeaves() {
        assertThatThrownBy(() -> against(
                        "* OK hello\r\n",
                        (tag, command) -> null,
                        TransportSecurity.NONE,
                        session -> session.list("1:*)\r\nA99 DELETE INBOX")))
                .isInstanceOf(CommandForbidden.class);
        assertThat(received).noneMatch(line -> line.contains("DELETE"));
    }
}
