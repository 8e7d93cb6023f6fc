package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.holdfast.api.Tenants.Who;
import org.holdfast.run.LocalDovecot;
import org.holdfast.run.server.PackagedApplication;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What plans let people do, over HTTP on the packaged application, with a real provider where one is asked. */
class PlanApiIT extends PackagedApplication {

    private final ApiClient client = new ApiClient(holdfast().url());
    private String administrator;
    private Tenants tenants;

    /** A plan that does not synchronise, and one with few mailboxes; both for ever. */
    @BeforeEach
    void signIn() throws SQLException {
        administrator = AccessMatrixIT.administratorToken(client);
        tenants = new Tenants(client, administrator, holdfast().database());
        sql(
                "INSERT INTO plan (code, name, rank) VALUES ('QUIET', 'Quiet', 900), ('TWO', 'Two', 901) ON CONFLICT DO NOTHING");
        sql("INSERT INTO plan_terms (plan_code, valid_from, known_from, syncs, unbound_days, grace_days,"
                + " mailboxes_per_user, shared_mailboxes, recorded_by, reason) SELECT v.*, 'test', 'test' FROM (VALUES"
                + " ('QUIET', timestamptz '0001-01-01Z', timestamptz '0001-01-01Z', false, 0, 0, 0, 0),"
                + " ('TWO', timestamptz '0001-01-01Z', timestamptz '0001-01-01Z', true, 30, 7, 2, 1)) v"
                + " WHERE NOT EXISTS (SELECT FROM plan_terms WHERE plan_code = 'TWO')");
    }

    private static void sql(String statement) throws SQLException {
        try (Connection connection = holdfast().database().getConnection();
                Statement execution = connection.createStatement()) {
            execution.execute(statement);
        }
    }

    private static long count(String query) {
        try (Connection connection = holdfast().database().getConnection();
                Statement execution = connection.createStatement();
                ResultSet row = execution.executeQuery("SELECT count(*) FROM " + query)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private ApiClient.Answer plan(String code) {
        return send(
                "POST",
                "accounts/" + tenants.account + "/subscriptions",
                "{\"planCode\":\"" + code + "\",\"reason\":\"test\"}");
    }

    private ApiClient.Answer send(String method, String path, String body) {
        return client.send(method, path, administrator, body);
    }

    private String connect(int port, String login, String password, boolean shared) {
        return "{\"accountId\":\"" + tenants.account + "\",\"ownerId\":\"" + tenants.owner + "\",\"address\":\""
                + UUID.randomUUID() + "@example.org\",\"imap\":{\"host\":\"127.0.0.1\",\"port\":" + port
                + ",\"security\":\"NONE\"},\"login\":\"" + login + "\",\"password\":\"" + password + "\",\"shared\":"
                + shared + "}";
    }

    private String state(long mailbox) {
        JsonObject view = send("GET", "mailboxes/" + mailbox, null).json();
        return view.getString("state") + (view.isNull("planStop") ? "" : " " + view.getString("planStop"));
    }

    /** Whether the plan lets them be used; nothing is behind them, so that the first pass finds them wanting. */
    private List<Boolean> staying(Long... mailboxes) {
        return Stream.of(mailboxes)
                .map(mailbox -> !state(mailbox).contains("OVER_LIMIT"))
                .toList();
    }

    private static LocalDovecot dovecot() {
        if (!LocalDovecot.isInstalled()) {
            String reason = "Dovecot is not installed: apt-get install dovecot-core dovecot-imapd";
            if ("true".equals(System.getenv("CI"))) {
                throw new IllegalStateException(reason);
            }
            System.out.println("Skipped: " + reason);
            Assumptions.abort(reason);
        }
        return LocalDovecot.start();
    }

    @Test
    void connectOnAPlanThatDoesNotSyncOrOverTheLimitOpensNoConnectionAndNamesThePlans() throws IOException {
        AtomicInteger connections = new AtomicInteger();
        try (ServerSocket trap = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread listener = new Thread(() -> {
                while (!trap.isClosed()) {
                    try {
                        trap.accept().close();
                        connections.incrementAndGet();
                    } catch (IOException e) {
                        // closed: the test is over
                    }
                }
            });
            listener.setDaemon(true);
            listener.start();
            plan("QUIET");
            ApiClient.Answer free = send("POST", "mailboxes", connect(trap.getLocalPort(), "a", "b", false));
            assertThat(free.verdict()).isEqualTo("403 plan-does-not-sync");
            assertThat(free.text()).contains("these plans would:").contains("CRM_PLUS");
            plan("TWO");
            sqlMailbox();
            ApiClient.Answer over = send("POST", "mailboxes", connect(trap.getLocalPort(), "a", "b", false));
            assertThat(over.verdict()).isEqualTo("403 mailbox-limit-reached");
            assertThat(over.text())
                    .contains("The plan TWO allows 2 mailboxes per user")
                    .contains("CRM_PLUS");
            assertThat(connections).hasValue(0);
            assertThat(send("POST", "mailboxes", connect(trap.getLocalPort(), "a", "b", true))
                            .verdict())
                    .as("shared ones have their own limit")
                    .isEqualTo("422 server-unreachable");
            assertThat(connections.get()).isPositive();
        }
    }

    private long sqlMailbox() {
        try {
            return tenants.newMailbox();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void mailboxIsConnectedPausedResumedRenewedAndDisconnectedAsThePlanAndItsOwnerSay() throws SQLException {
        try (LocalDovecot dovecot = dovecot()) {
            plan("PROFESSIONAL");
            ApiClient.Answer connected = send("POST", "mailboxes", connect(dovecot.port(), "life", "secret", false));
            assertThat(connected.verdict()).isEqualTo("201");
            long mailbox = Long.parseLong(connected.json().getString("id"));
            assertThat(state(mailbox)).isEqualTo("ACTIVE");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() ->
                            count("mailbox_sync WHERE last_completed IS NOT NULL AND mailbox_id = " + mailbox) == 1);

            plan("QUIET");
            assertThat(state(mailbox)).as("in the transaction of the change").isEqualTo("PAUSED_BY_PLAN NO_SYNC");
            assertThat(send("POST", "mailboxes/" + mailbox + "/sync", null).verdict())
                    .isEqualTo("403 plan-does-not-sync");
            assertThat(send("PUT", "mailboxes/" + mailbox + "/secret", "{\"password\":\"secret\"}")
                            .verdict())
                    .isEqualTo("403 plan-does-not-sync");
            plan("PROFESSIONAL");
            assertThat(state(mailbox)).isEqualTo("ACTIVE");

            sql("UPDATE mailbox SET state = 'AUTH_FAILED', secret = NULL, secret_erased_at = now() WHERE id = "
                    + mailbox);
            assertThat(send("POST", "mailboxes/" + mailbox + "/resume", null).verdict())
                    .isEqualTo("409 secret-missing");
            assertThat(send("PUT", "mailboxes/" + mailbox + "/secret", "{\"password\":\"wrong\"}")
                            .verdict())
                    .isEqualTo("422 login-refused");
            assertThat(state(mailbox)).isEqualTo("AUTH_FAILED");
            ApiClient.Answer renewed = client.send(
                    "PUT",
                    "mailboxes/" + mailbox + "/secret",
                    tenants.tokens.get(Who.OWNER),
                    "{\"password\":\"secret\"}");
            assertThat(renewed.verdict()).isEqualTo("200");
            assertThat(renewed.json().getString("state")).isEqualTo("ACTIVE");
            assertThat(renewed.json().get("secretErasedAt")).isEqualTo(JsonValue.NULL);

            assertThat(send("POST", "mailboxes/" + mailbox + "/disconnect", null)
                            .verdict())
                    .isEqualTo("200");
            assertThat(count("mailbox WHERE secret IS NULL AND state = 'DISCONNECTED' AND id = " + mailbox))
                    .isEqualTo(1);
            assertThat(count("audit_event WHERE subject = 'mailbox:" + mailbox + "'"))
                    .isEqualTo(5);
        }
    }

    @Test
    void ownerChoosesWhichMailboxesStayAndAColleagueDoesNot() {
        plan("PROFESSIONAL");
        long second = sqlMailbox();
        long third = sqlMailbox();
        plan("TWO");
        assertThat(staying(tenants.mailbox, second, third)).containsExactly(true, true, false);
        assertThat(state(third)).isEqualTo("PAUSED_BY_PLAN OVER_LIMIT");
        String path = "accounts/" + tenants.account + "/mailbox-choice";
        String choice = "{\"mailboxIds\":[\"" + third + "\"]}";
        assertThat(client.send("PUT", path, tenants.colleague(), choice).verdict())
                .isEqualTo("403 own-mailboxes-only");
        ApiClient.Answer chosen = client.send("PUT", path, tenants.tokens.get(Who.OWNER), choice);
        assertThat(chosen.verdict()).isEqualTo("200");
        assertThat(staying(tenants.mailbox, second, third)).containsExactly(true, false, true);
        String all = "{\"mailboxIds\":[\"" + tenants.mailbox + "\",\"" + second + "\",\"" + third + "\"]}";
        assertThat(send("PUT", path, all).verdict()).isEqualTo("422 choice-too-large");
        assertThat(send("POST", "mailboxes/" + third + "/pause", null).verdict())
                .isEqualTo("200");
        assertThat(staying(second)).as("the place is free").containsExactly(true);
        send("POST", "mailboxes/" + third + "/resume", null);
        assertThat(staying(second, third)).containsExactly(false, true);
        plan("PROFESSIONAL");
        assertThat(staying(tenants.mailbox, second, third)).containsOnly(true);
    }

    @Test
    void manyAccountsChangeAtOnceAndEachSaysWhatBecameOfIt() {
        String set = "{\"accountIds\":[\"" + tenants.account
                + "\",\"999999999999\"],\"planCode\":\"NFR\",\"reason\":\"test\"}";
        JsonObject answer = send("POST", "subscription-changes", set).json();
        JsonObject done = answer.getJsonArray("items").getJsonObject(0);
        JsonObject refused = answer.getJsonArray("items").getJsonObject(1);
        assertThat(done.getJsonObject("subscription").getString("planCode")).isEqualTo("NFR");
        assertThat(refused.getString("code")).isEqualTo("not-found");
        assertThat(send("GET", "accounts/" + tenants.account + "/entitlement", null)
                        .json()
                        .getString("planCode"))
                .isEqualTo("NFR");
        assertThat(send(
                                "POST",
                                "subscription-changes",
                                set.replace("[\"" + tenants.account + "\",\"999999999999\"]", "[]"))
                        .verdict())
                .isEqualTo("422 accounts-count");
    }

    @Test
    void whichRuleAppliedAsKnownEarlierCanBeAskedAndWhoChangedItWhy() {
        Instant before = Instant.parse(send("GET", "clock", null).json().getString("now"));
        plan("NFR");
        Instant known = Instant.parse(send("GET", "clock", null).json().getString("now"));
        plan("DEMO");
        String entitlement = "accounts/" + tenants.account + "/entitlement?at=2030-01-01T00:00:00Z";
        assertThat(send("GET", entitlement + "&known=" + before, null).json().getString("planCode"))
                .isEqualTo("FREE");
        assertThat(send("GET", entitlement + "&known=" + known, null).json().getString("planCode"))
                .isEqualTo("NFR");
        assertThat(send("GET", entitlement, null).json().getString("planCode")).isEqualTo("DEMO");
        JsonObject last = send("GET", "accounts/" + tenants.account + "/history?limit=1", null)
                .json()
                .getJsonArray("items")
                .getJsonObject(0);
        assertThat(last.getString("action")).isEqualTo("subscription.change");
        assertThat(last.getString("reason")).isEqualTo("test");
        assertThat(last.getString("details")).startsWith("DEMO from ");
    }

    @Test
    void outlookOfAPlanCountsWhatWouldGoAndStopAndChangesNothing() {
        plan("PROFESSIONAL");
        JsonObject outlook = send("GET", "accounts/" + tenants.account + "/plan-outlook?plan=QUIET", null)
                .json();
        assertThat(outlook.getInt("copies")).isEqualTo(1);
        assertThat(outlook.getInt("due")).isEqualTo(1);
        assertThat(outlook.getInt("dueAnyway")).isZero();
        assertThat(outlook.getJsonArray("stopping")).hasSize(1);
        assertThat(state(tenants.mailbox)).isEqualTo("ACTIVE");
        assertThat(send("GET", "accounts/" + tenants.account + "/plan-outlook?plan=NONE", null)
                        .verdict())
                .isEqualTo("422 plan-unknown");
    }

    @Test
    void disabledUserIsRefusedWithEveryTokenAndPasswordUntilLetInAgain() {
        String token = tenants.tokens.get(Who.OWNER);
        assertThat(client.send("GET", "mailboxes", token, null).verdict()).isEqualTo("200");
        assertThat(send("POST", "users/" + tenants.owner + "/disable", null).verdict())
                .isEqualTo("200");
        assertThat(client.send("GET", "mailboxes", token, null).verdict()).isEqualTo("401 token-refused");
        String signIn =
                "{\"name\":\"t\",\"email\":\"" + tenants.ownerEmail + "\",\"password\":\"a quite new password\"}";
        send("PUT", "users/" + tenants.owner + "/password", "{\"password\":\"a quite new password\"}");
        assertThat(client.send("POST", "tokens", null, signIn).status()).isEqualTo(401);
        assertThat(send("POST", "users/" + tenants.owner + "/enable", null).verdict())
                .isEqualTo("200");
        assertThat(client.send("GET", "mailboxes", token, null).verdict())
                .as("revoked for good")
                .isEqualTo("401 token-refused");
        assertThat(client.send("POST", "tokens", null, signIn).status()).isEqualTo(201);
    }
}
