package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.net.http.HttpRequest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.SoftAssertions;
import org.holdfast.api.Tenants.Who;
import org.holdfast.run.server.PackagedApplication;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds for every resource: keys that do a thing once, tags, rates, and narrowed tokens. */
class MannersIT extends PackagedApplication {

    private static final String WEBHOOK = "{\"url\":\"http://127.0.0.1:9/\",\"eventTypes\":[\"ledger.broken\"]}";

    private final ApiClient client = new ApiClient(holdfast().url());
    private String administrator;

    @BeforeEach
    void signIn() {
        administrator = AccessMatrixIT.administratorToken(client);
    }

    private ApiClient.Answer keyed(String method, String path, String key, String body) {
        return client.send(request(method, path, body).header("Idempotency-Key", key));
    }

    private HttpRequest.Builder request(String method, String path, String body) {
        HttpRequest.BodyPublisher content =
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        return client.builder(path)
                .method(method, content)
                .header("Authorization", "Bearer " + administrator)
                .header("Content-Type", "application/json");
    }

    @Test
    void whatIsSentTwiceWithAKeyIsDoneOnceAndAnsweredAlike() {
        String key = UUID.randomUUID().toString();
        ApiClient.Answer first = keyed("POST", "accounts", key, "{\"name\":\"Once\"}");
        ApiClient.Answer again = keyed("POST", "accounts", '"' + key + '"', "{\"name\":\"Once\"}");
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.header("Idempotency-Replayed")).isEmpty();
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(again.header("Location")).isEqualTo(first.header("Location")).isNotEmpty();
        assertThat(again.header("Content-Type")).isEqualTo(first.header("Content-Type"));
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    }

    @Test
    void aKeyBelongsToOneRequest() {
        String key = UUID.randomUUID().toString();
        keyed("POST", "accounts", key, "{\"name\":\"One\"}");
        assertThat(keyed("POST", "accounts", key, "{\"name\":\"Two\"}").verdict())
                .isEqualTo("422 idempotency-key-reused");
        assertThat(keyed("POST", "holds", key, "{\"name\":\"One\"}").verdict()).isEqualTo("422 idempotency-key-reused");
    }

    @Test
    void whatWasRefusedMayBeSentAgainWithItsKey() throws SQLException {
        Tenants tenants = new Tenants(client, administrator, holdfast().database());
        String key = UUID.randomUUID().toString();
        String path = "messages/" + tenants.message + "/bindings";
        assertThat(keyed("POST", path, key, "{\"kind\":\"Deal\",\"reference\":\"x\"}")
                        .status())
                .isEqualTo(400);
        assertThat(keyed("POST", path, key, "{\"kind\":\"deal\",\"reference\":\"x\"}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void keysOfDifferentUsersDoNotMeet() throws SQLException {
        Tenants tenants = new Tenants(client, administrator, holdfast().database());
        String key = UUID.randomUUID().toString();
        String path = "messages/" + tenants.message + "/bindings";
        String body = "{\"kind\":\"deal\",\"reference\":\"x\"}";
        assertThat(keyed("POST", path, key, body).header("Idempotency-Replayed"))
                .isEmpty();
        ApiClient.Answer other = client.send(client.builder(path)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + tenants.tokens.get(Who.OTHER))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key));
        assertThat(other.verdict()).isEqualTo("404 not-found");
    }

    @Test
    void manyAtOnceWithOneKeyMakeOneThing() throws Exception {
        String key = UUID.randomUUID().toString();
        String name = "Only " + key;
        ExecutorService people = Executors.newFixedThreadPool(8);
        List<Future<ApiClient.Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            answers.add(people.submit(() -> keyed("POST", "accounts", key, "{\"name\":\"" + name + "\"}")));
        }
        List<String> verdicts = new ArrayList<>();
        for (Future<ApiClient.Answer> answer : answers) {
            verdicts.add(answer.get().verdict());
        }
        people.shutdown();
        assertThat(verdicts).contains("201").allMatch(v -> v.equals("201") || v.equals("409 idempotency-under-way"));
        assertThat(number("SELECT count(*) FROM account WHERE name = '" + name + "'"))
                .isEqualTo(1);
    }

    @Test
    void aServerThatWasLostMeanwhileIsNotTakenForANo() throws SQLException {
        String key = UUID.randomUUID().toString();
        keyed("POST", "accounts", key, "{\"name\":\"Lost\"}");
        update("UPDATE idempotency_key SET status = NULL WHERE key = '" + key + "'");
        assertThat(keyed("POST", "accounts", key, "{\"name\":\"Lost\"}").verdict())
                .isEqualTo("409 idempotency-under-way");
        update("UPDATE idempotency_key SET begun_at = begun_at - interval '6 minutes' WHERE key = '" + key + "'");
        assertThat(keyed("POST", "accounts", key, "{\"name\":\"Lost\"}").verdict())
                .isEqualTo("409 idempotency-outcome-unknown");
        update("UPDATE idempotency_key SET begun_at = begun_at - interval '24 hours' WHERE key = '" + key + "'");
        assertThat(keyed("POST", "accounts", key, "{\"name\":\"Another\"}").status())
                .isEqualTo(201);
    }

    @Test
    void aSecretIsNotKeptWithItsKey() throws SQLException {
        String key = UUID.randomUUID().toString();
        ApiClient.Answer first = keyed("POST", "tokens", key, "{\"name\":\"secret\"}");
        assertThat(first.status()).isEqualTo(201);
        assertThat(keyed("POST", "tokens", key, "{\"name\":\"secret\"}").verdict())
                .isEqualTo("409 shown-once");
        String token = first.json().getString("token");
        assertThat(number("SELECT count(*) FROM idempotency_key k WHERE k::text LIKE '%" + token
                        + "%' OR encode(body, 'escape') LIKE '%" + token + "%'"))
                .isZero();
    }

    @Test
    void aKeyThatIsNoneIsRefused() {
        SoftAssertions all = new SoftAssertions();
        for (String key : List.of("x".repeat(256), "a b", "\"a", "\u00e4")) {
            HttpRequest.Builder request = request("POST", "accounts", "{\"name\":\"x\"}");
            all.assertThat(client.send(request.header("Idempotency-Key", key)).verdict())
                    .as(key)
                    .isEqualTo("400 invalid-request");
        }
        all.assertAll();
    }

    @Test
    void everyAnswerToATokenSaysHowManyRequestsAreLeft() {
        ApiClient.Answer answer = client.send("GET", "plans", administrator, null);
        assertThat(answer.header("RateLimit-Policy")).isEqualTo("\"token\";q=3000;w=60");
        assertThat(answer.header("RateLimit")).matches("\"token\";r=[0-9]{4};t=[0-9]+");
    }

    @Test
    void tooManyRequestsAreToldWhenToGoOn() {
        String eager = client.send("POST", "tokens", administrator, "{\"name\":\"eager\"}")
                .json()
                .getString("token");
        ApiClient.Answer answer = client.send("GET", "clock", eager, null);
        for (int i = 0; i < 20_000 && answer.status() == 200; i++) {
            answer = client.send("GET", "clock", eager, null);
        }
        assertThat(answer.verdict()).isEqualTo("429 too-many-requests");
        assertThat(answer.header("Retry-After")).isEqualTo("1");
        assertThat(client.send("GET", "clock", administrator, null).status()).isEqualTo(200);
    }

    @Test
    void aChangeOfWhatWasChangedMeanwhileIsRefused() {
        ApiClient.Answer made = client.send("POST", "webhooks", administrator, WEBHOOK);
        String path = "webhooks/" + made.json().getJsonObject("webhook").getString("id");
        String seen = client.send("GET", path, administrator, null).header("ETag");
        assertThat(seen).isEqualTo(made.header("ETag")).matches("\"v[0-9]+\"");
        String change = "{\"url\":\"http://127.0.0.1:9/new\",\"eventTypes\":[\"preview.ready\"]}";
        ApiClient.Answer changed = client.send(request("PUT", path, change).header("If-Match", seen));
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.header("ETag")).isNotEqualTo(seen);
        SoftAssertions all = new SoftAssertions();
        for (String stale : List.of(seen, "\"x\"", "W/" + changed.header("ETag"), "nothing")) {
            all.assertThat(client.send(request("PUT", path, change).header("If-Match", stale))
                            .verdict())
                    .as(stale)
                    .isEqualTo("412 changed-meanwhile");
            all.assertThat(client.send(request("DELETE", path, null).header("If-Match", stale))
                            .verdict())
                    .as(stale)
                    .isEqualTo("412 changed-meanwhile");
        }
        all.assertThat(client.send(request("PUT", path, change).header("If-Match", "*"))
                        .status())
                .isEqualTo(200);
        all.assertThat(client.send(request("PUT", path, change)).status()).isEqualTo(200);
        all.assertAll();
    }

    @Test
    void aConditionThatNothingLooksAtIsRefused() {
        assertThat(client.send(request("POST", "accounts", "{\"name\":\"x\"}").header("If-Match", "\"v1\""))
                        .verdict())
                .isEqualTo("400 if-match-not-offered");
    }

    @Test
    void aNarrowedTokenDoesWhatItsScopesSay() throws SQLException {
        Tenants tenants = new Tenants(client, administrator, holdfast().database());
        String bind = narrowed(tenants.tokens.get(Who.OWNER), "\"scopes\":[\"bind\"]");
        String read = narrowed(tenants.tokens.get(Who.OWNER), "\"scopes\":[\"read\"]");
        String both = narrowed(tenants.tokens.get(Who.OWNER), "\"scopes\":[\"read\",\"content\"]");
        String message = "messages/" + tenants.message;
        String deal = "{\"kind\":\"deal\",\"reference\":\"x\"}";
        SoftAssertions all = new SoftAssertions();
        all.assertThat(verdict("POST", message + "/bindings", bind, deal)).isEqualTo("201");
        all.assertThat(verdict("GET", message, bind, null)).isEqualTo("403 token-scope");
        all.assertThat(verdict("GET", message, read, null)).isEqualTo("200");
        all.assertThat(verdict("GET", message + "/raw", read, null)).isEqualTo("403 token-scope");
        all.assertThat(verdict("GET", message + "/raw", both, null)).isEqualTo("200");
        all.assertThat(verdict("POST", message + "/bindings", read, deal)).isEqualTo("403 token-scope");
        all.assertThat(verdict("POST", "mailboxes/" + tenants.mailbox + "/pause", bind, null))
                .isEqualTo("403 token-scope");
        all.assertThat(verdict("POST", "tokens", both, "{\"name\":\"wider\"}")).isEqualTo("403 token-scope");
        all.assertThat(verdict("POST", "tokens", administrator, "{\"name\":\"x\",\"scopes\":[\"everything\"]}"))
                .isEqualTo("400 invalid-request");
        all.assertAll();
    }

    @Test
    void aTokenForOneAccountSeesNothingOfAnother() throws SQLException {
        Tenants own = new Tenants(client, administrator, holdfast().database());
        Tenants other = new Tenants(client, administrator, holdfast().database());
        String token = narrowed(administrator, "\"accountId\":\"" + own.account + "\"");
        SoftAssertions all = new SoftAssertions();
        all.assertThat(verdict("GET", "messages/" + own.message, token, null)).isEqualTo("200");
        all.assertThat(verdict("GET", "messages/" + other.message, token, null)).isEqualTo("404 not-found");
        all.assertThat(ids("messages?limit=200", token)).containsExactly(Long.toString(own.message));
        all.assertThat(ids("accounts", token)).containsExactly(own.account);
        all.assertThat(ids("mailboxes", token)).containsExactly(Long.toString(own.mailbox));
        all.assertThat(verdict("GET", "messages?account=" + other.account, token, null))
                .isEqualTo("404 not-found");
        all.assertThat(verdict("GET", "mailboxes/" + other.mailbox, token, null))
                .isEqualTo("404 not-found");
        all.assertThat(verdict("GET", "messages/" + own.message + "/raw", token, null))
                .isEqualTo("403 content-private");
        String deal = "{\"kind\":\"deal\",\"reference\":\"x\"}";
        all.assertThat(verdict("POST", "messages/" + own.message + "/bindings", token, deal))
                .isEqualTo("201");
        all.assertThat(verdict("POST", "messages/" + other.message + "/bindings", token, deal))
                .isEqualTo("404 not-found");
        all.assertThat(verdict("DELETE", "accounts/" + other.account + "/records/deal/x", token, null))
                .isEqualTo("404 not-found");
        for (String path : List.of("users", "purge/runs", "holds", "terms-changes")) {
            all.assertThat(verdict("GET", path, token, null)).as(path).isEqualTo("403 token-account");
        }
        all.assertThat(verdict("POST", "purge/runs", token, "{}")).isEqualTo("403 token-account");
        all.assertThat(verdict("POST", "accounts", token, "{\"name\":\"x\"}")).isEqualTo("403 token-account");
        ApiClient.Answer webhook = client.send("POST", "webhooks", token, WEBHOOK);
        JsonObject made = webhook.json().getJsonObject("webhook");
        all.assertThat(made.getString("accountId")).isEqualTo(own.account);
        String installation = client.send("POST", "webhooks", administrator, WEBHOOK)
                .json()
                .getJsonObject("webhook")
                .getString("id");
        all.assertThat(verdict("GET", "webhooks/" + installation, token, null)).isEqualTo("404 not-found");
        all.assertThat(ids("webhooks", token)).containsExactly(made.getString("id"));
        all.assertAll();
    }

    private String narrowed(String token, String limits) {
        return client.send("POST", "tokens", token, "{\"name\":\"narrow\"," + limits + "}")
                .json()
                .getString("token");
    }

    private String verdict(String method, String path, String token, String body) {
        return client.send(method, path, token, body).verdict();
    }

    private List<String> ids(String path, String token) {
        return client.send("GET", path, token, null).json().getJsonArray("items").stream()
                .map(item -> item.asJsonObject().getString("id"))
                .toList();
    }

    private static long number(String query) throws SQLException {
        try (Connection connection = holdfast().database().getConnection();
                Statement statement = connection.createStatement();
                java.sql.ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void update(String change) throws SQLException {
        try (Connection connection = holdfast().database().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(change);
        }
    }
}
