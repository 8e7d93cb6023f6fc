package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.SecretErasure;
import org.holdfast.run.LocalPostgres;
import org.holdfast.sync.MailboxPass.Outcome;
import org.holdfast.sync.oauth.SignIn;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Situation 39: mailboxes that sign in with tokens, against a token endpoint and a server that takes only tokens. */
class TokensIT {

    private static final String CHALLENGE = "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n";

    private static LocalPostgres postgres;

    @TempDir
    static Path keys;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private PullBench bench;
    private ScriptedImap server;
    private HttpServer endpoint;
    private volatile int status = 200;
    private volatile String answer = token("first", 3_600);
    private long mailbox;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static String token(String name, int seconds) {
        return "{\"access_token\":\"" + name + "\",\"token_type\":\"Bearer\",\"expires_in\":" + seconds + "}";
    }

    @BeforeEach
    void serve() throws IOException {
        bench = new PullBench(postgres, keys, "CRM_PLUS");
        server = new ScriptedImap();
        server.mails.put(1L, "Subject: x\r\n\r\nText\r\n");
        server.script = (command, usual) -> command.equals("CAPABILITY")
                ? "* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2\r\nTAG OK\r\n"
                : usual;
        endpoint = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        endpoint.createContext("/token", this::answer);
        endpoint.start();
        mailbox = bench.mailbox("anna", server.port());
        byte[] refresh = bench.secrets.seal(bench.accountId, mailbox, SignIn.REFRESH_TOKEN, "refresh-1");
        byte[] client = bench.secrets.seal(0, 0, SignIn.CLIENT_SECRET + ":google", "the secret");
        bench.jdbi.useHandle(h -> {
            h.execute(
                    "UPDATE oauth_provider SET token_url = ?, client_id = 'holdfast', client_secret = ?"
                            + " WHERE code = 'google'",
                    "http://127.0.0.1:" + endpoint.getAddress().getPort() + "/token",
                    client);
            h.execute("UPDATE mailbox SET oauth_provider = 'google', secret = ? WHERE id = ?", refresh, mailbox);
        });
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        endpoint.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        byte[] body = answer.getBytes(StandardCharsets.UTF_8);
        // In chunks, as large endpoints do.
        exchange.sendResponseHeaders(status, 0);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private List<String> logins() {
        return server.received.stream()
                .filter(line -> line.startsWith("AUTHENTICATE"))
                .map(line -> new String(
                                Base64.getDecoder().decode(line.replaceFirst(".* ", "")), StandardCharsets.US_ASCII)
                        .replace('\u0001', '|'))
                .toList();
    }

    private static String saidWith(String token) {
        return "user=anna|auth=Bearer " + token + "||";
    }

    private String state() {
        return bench.jdbi.withHandle(
                h -> h.createQuery("SELECT state || ': ' || coalesce(state_reason, '') FROM mailbox")
                        .mapTo(String.class)
                        .one());
    }

    @Test
    void tokenIsFetchedOnceUsedUntilItRunsOutAndNowhereInClear() {
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(asked)
                .containsExactly("client_id=holdfast&client_secret=the+secret&grant_type=refresh_token"
                        + "&refresh_token=refresh-1");
        assertThat(logins()).containsExactly(saidWith("first"), saidWith("first"));
        assertThat(bench.count("mailbox WHERE position('first' IN encode(access_token, 'escape')) > 0"))
                .isZero();
        assertThat(bench.count("mail_copy")).isOne();

        bench.now = bench.now.plus(Duration.ofMinutes(56));
        answer = token("second", 3_600).replace("{", "{\"refresh_token\":\"refresh-2\",");
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        bench.now = bench.now.plus(Duration.ofMinutes(56));
        answer = token("third", 3_600);
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(logins()).endsWith(saidWith("second"), saidWith("third"));
        assertThat(asked).hasSize(3);
        assertThat(asked.get(2)).endsWith("refresh_token=refresh-2");
    }

    @ParameterizedTest
    @CsvSource({"400,invalid_grant", "401,invalid_grant", "400,interaction_required"})
    void endedPermissionAsksItsOwnerAndConnectsNoMore(int code, String error) {
        status = code;
        answer = "{\"error\":\"" + error + "\",\"error_description\":\"Token has been expired or revoked.\"}";
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.REFUSED);
        assertThat(state())
                .isEqualTo("AUTH_FAILED: Google has ended the permission (" + error + "): sign in at Google again");
        assertThat(server.received).isEmpty();
        List<Lease> due = bench.jdbi.inTransaction(
                h -> new Leases(h).claim(new Leases.ClaimOrder("test", 9, Duration.ofMinutes(5), 9, 9), bench.now));
        assertThat(due).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "500,invalid_grant",
        "503,",
        "429,slow_down",
        "400,invalid_client",
        "400,temporarily_unavailable",
        "200,"
    })
    void failureOfTheEndpointIsNoRefusal(int code, String error) {
        status = code;
        answer = error == null ? "<html>sorry</html>" : "{\"error\":\"" + error + "\"}";
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FAILED);
        assertThat(state()).isEqualTo("ACTIVE: ");
        assertThat(bench.count("mailbox_sync WHERE failures = 1 AND due_at > clock_timestamp()"))
                .isOne();
        assertThat(bench.count("provider_host"))
                .as("it says nothing of the mail host")
                .isZero();
        status = 200;
        answer = token("again", 3_600);
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void endpointThatCannotBeReachedIsNoRefusal() {
        endpoint.stop(0);
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.FAILED);
        assertThat(state()).isEqualTo("ACTIVE: ");
    }

    @Test
    void refusedTokenIsRenewedOnceThenItsOwnerIsAsked() {
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        ScriptedImap.Script before = server.script;
        server.script = (command, usual) -> command.contains(encoded("first"))
                ? CHALLENGE
                : command.isEmpty() ? "TAG NO [AUTHENTICATIONFAILED] expired\r\n" : before.answer(command, usual);
        answer = token("second", 3_600);
        server.received.clear();
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(logins()).containsExactly(saidWith("first"), saidWith("second"));
        assertThat(server.received).contains("");

        server.script = (command, usual) -> command.startsWith("AUTHENTICATE")
                ? "TAG NO [AUTHENTICATIONFAILED] no " + encoded("third") + "\r\n"
                : before.answer(command, usual);
        answer = token("third", 3_600);
        server.received.clear();
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.REFUSED);
        assertThat(logins()).containsExactly(saidWith("second"), saidWith("third"));
        assertThat(state()).startsWith("AUTH_FAILED: The provider refused").doesNotContain(encoded("third"));
    }

    private static String encoded(String token) {
        return Base64.getEncoder()
                .encodeToString(saidWith(token).replace('|', '\u0001').getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void oauthBearerIsUsedWhereOnlyThatIsAnnouncedAndWithoutInitialResponses() {
        server.script = (command, usual) -> switch (command) {
            case "CAPABILITY" -> "* CAPABILITY IMAP4rev1 AUTH=OAUTHBEARER\r\nTAG OK\r\n";
            case "AUTHENTICATE OAUTHBEARER" -> "+ \r\n";
            default -> command.startsWith("bixhPW") ? "TAG OK in\r\n" : usual;
        };
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        String said = "n,a=anna,|host=127.0.0.1|port=" + server.port() + "|auth=Bearer first||";
        assertThat(server.received)
                .contains(Base64.getEncoder()
                        .encodeToString(said.replace('|', '\u0001').getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void tokensAreAskedForOnlyWhereMailServersMayBe() {
        bench.hosts = new HostPolicy("127.0.0.0/8", InetAddress::getAllByName);
        for (String url : List.of("https://169.254.169.254/token", "http://10.0.0.1/token", "https://[::1]/token")) {
            bench.jdbi.useHandle(h -> {
                h.execute("UPDATE oauth_provider SET token_url = ? WHERE code = 'google'", url);
                h.execute("UPDATE mailbox SET state = 'ACTIVE'");
            });
            assertThat(bench.pull(mailbox)).as(url).isEqualTo(Outcome.REFUSED);
            assertThat(state()).as(url).startsWith("UNREACHABLE: ");
        }
        assertThat(asked).isEmpty();
        assertThat(server.received).isEmpty();
    }

    @Test
    void whoeverErasesTheSecretErasesTheTokenToo() {
        assertThat(bench.pull(mailbox)).isEqualTo(Outcome.COMPLETED);
        assertThat(bench.count("mailbox WHERE access_token IS NOT NULL AND access_until IS NOT NULL"))
                .isOne();
        bench.jdbi.useHandle(
                h -> h.execute("UPDATE mailbox SET plan_stop = 'NO_SYNC', plan_stopped_at = '2026-01-01'"));
        List<Long> erased =
                bench.jdbi.inTransaction(h -> new SecretErasure(h).erase(bench.now, Duration.ofDays(1), 10));
        assertThat(erased).containsExactly(mailbox);
        assertThat(bench.count("mailbox WHERE access_token IS NULL AND access_until IS NULL"))
                .isOne();
    }
}
