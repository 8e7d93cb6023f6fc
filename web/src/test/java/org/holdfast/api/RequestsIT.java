package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.holdfast.api.Tenants.Who;
import org.holdfast.run.server.PackagedApplication;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Wrong requests of each kind, paging, content and headers, over HTTP. */
class RequestsIT extends PackagedApplication {

    private final ApiClient client = new ApiClient(holdfast().url());
    private String administrator;

    @BeforeEach
    void signIn() {
        administrator = AccessMatrixIT.administratorToken(client);
    }

    private ApiClient.Answer send(String method, String path, String body) {
        return client.send(method, path, administrator, body);
    }

    @Test
    void everyWrongRequestIsAProblemThatSaysWhatIsWrong() {
        SoftAssertions all = new SoftAssertions();
        String ok = "{\"name\":\"x\"}";
        check(all, send("POST", "accounts", "{\"name\":"), "400 malformed-json");
        check(all, send("POST", "accounts", "[]"), "400 malformed-json");
        check(all, send("POST", "accounts", ""), "400 malformed-json");
        check(all, send("POST", "accounts", null), "400 malformed-json");
        check(all, send("POST", "accounts", "{\"name\":\"x\",\"nmae\":1}"), "400 invalid-request");
        check(all, send("POST", "accounts", "{\"name\":7}"), "400 invalid-request");
        check(all, send("POST", "accounts", "{\"name\":\"a\\u0000b\"}"), "400 invalid-request");
        check(all, send("POST", "accounts", "{\"name\":\"\"}"), "422 account-unusable");
        check(all, send("POST", "accounts", "{\"name\":\"x\",\"zone\":\"Mars/Base\"}"), "422 account-unusable");
        check(all, send("POST", "accounts", "{\"name\":\"" + "x".repeat(1 << 20) + "\"}"), "413 body-too-large");
        check(all, client.send("POST", "accounts", administrator, ok, "text/plain"), "415 media-type-not-supported");
        check(
                all,
                client.send(client.builder("accounts")
                        .header("Authorization", "Bearer " + administrator)
                        .header("Accept", "text/html")
                        .GET()),
                "406 not-acceptable");
        check(all, send("DELETE", "accounts", null), "405 method-not-allowed");
        check(all, send("GET", "nothing", null), "404 no-such-path");
        check(all, send("GET", "accounts/abc", null), "404 no-such-path");
        check(all, send("GET", "accounts/999999999999", null), "404 not-found");
        for (String query : List.of("limit=0", "limit=201", "limit=x", "limit=", "cursor=x", "cursor=%00", "lim=1")) {
            check(
                    all,
                    send("GET", "accounts?" + query, null),
                    query.startsWith("lim=") ? "400 unknown-parameter" : "400 invalid-request");
        }
        for (String query : List.of("account=x", "bound=yes", "mailbox=-1")) {
            check(all, send("GET", "messages?" + query, null), "400 invalid-request");
        }
        for (String query : List.of("scope=all", "scope=account:x", "scope=PLAN:FREE", "scope=plan:", "asOf=today")) {
            check(all, send("GET", "purge/preview?" + query, null), "400 invalid-request");
        }
        check(all, send("GET", "plans?at=2026-13-01T00:00:00Z", null), "400 invalid-request");
        check(all, client.send("GET", "accounts", "hf_wrong", null), "401 token-refused");
        all.assertAll();
    }

    private static void check(SoftAssertions all, ApiClient.Answer answer, String verdict) {
        all.assertThat(answer.verdict()).as(answer.text()).isEqualTo(verdict);
        if (answer.header("Content-Type").startsWith(Problem.MEDIA_TYPE)) {
            JsonObject problem = answer.json();
            all.assertThat(problem.getInt("status")).isEqualTo(answer.status());
            all.assertThat(problem.getString("type")).isEqualTo("urn:holdfast:problem:" + problem.getString("code"));
            all.assertThat(problem.getString("detail")).isNotBlank();
            all.assertThat(problem).containsKeys("title", "instance", "errors");
            all.assertThat(answer.text()).doesNotContain("Exception", "org.holdfast", "at java");
        }
    }

    @Test
    void pagesShowEveryMessageOnceAlsoWhereClocksAreEqual() throws SQLException {
        Tenants tenants = new Tenants(client, administrator, holdfast().database());
        tenants.moreMessages(holdfast().database(), 24);
        List<String> ids = pages("messages?account=" + tenants.account + "&limit=7", tenants.tokens.get(Who.OWNER));
        assertThat(ids).hasSize(25).doesNotHaveDuplicates();
    }

    @Test
    void previewOfAForeignAccountShowsNothing() throws SQLException {
        Tenants tenants = new Tenants(client, administrator, holdfast().database());
        String path = "purge/preview?scope=account:" + tenants.account;
        assertThat(client.send("GET", path, tenants.tokens.get(Who.OTHER), null)
                        .json()
                        .getInt("copies"))
                .isZero();
        assertThat(client.send("GET", path, tenants.tokens.get(Who.OWNER), null)
                        .json()
                        .getInt("copies"))
                .isEqualTo(1);
    }

    @Test
    void cursorOfAnotherFilterIsRefused() throws SQLException {
        Tenants tenants = new Tenants(client, administrator, holdfast().database());
        tenants.moreMessages(holdfast().database(), 2);
        String next = send("GET", "messages?limit=1&account=" + tenants.account, null)
                .json()
                .getString("next");
        assertThat(send("GET", "messages?limit=1&cursor=" + next, null).verdict())
                .isEqualTo("400 invalid-request");
    }

    @Test
    void accountsPageInTheOrderOfIds() throws SQLException {
        for (int i = 0; i < 3; i++) {
            send("POST", "accounts", "{\"name\":\"Page\"}");
        }
        List<String> ids = pages("accounts?limit=2", administrator);
        assertThat(ids).hasSizeGreaterThanOrEqualTo(3).doesNotHaveDuplicates();
        assertThat(ids.stream().map(Long::valueOf)).isSorted();
    }

    private List<String> pages(String path, String token) {
        List<String> ids = new ArrayList<>();
        String cursor = "";
        while (cursor != null) {
            JsonObject page = client.send("GET", path + cursor, token, null).json();
            page.getJsonArray("items")
                    .forEach(item -> ids.add(item.asJsonObject().getString("id")));
            JsonValue next = page.get("next");
            cursor = next instanceof JsonString text ? "&cursor=" + text.getString() : null;
        }
        return ids;
    }

    @Test
    void contentIsSentByteForByteAndNeverShownByABrowser() throws SQLException {
        Tenants tenants = new Tenants(client, administrator, holdfast().database());
        ApiClient.Answer raw =
                client.send("GET", "messages/" + tenants.message + "/raw", tenants.tokens.get(Who.OWNER), null);
        assertThat(raw.response().body()).isEqualTo(Tenants.RAW);
        assertThat(raw.header("Content-Type")).isEqualTo("message/rfc822");
        assertThat(raw.header("Content-Disposition")).startsWith("attachment");
        assertThat(raw.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(raw.header("Content-Security-Policy")).contains("default-src 'none'");
    }

    @Test
    void contentIsSentInTheRangeThatIsAskedFor() throws SQLException {
        Tenants tenants = new Tenants(client, administrator, holdfast().database());
        ApiClient.Answer part = range(tenants, "bytes=9-13");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("hello");
        assertThat(part.header("Content-Range")).isEqualTo("bytes 9-13/" + Tenants.RAW.length);
        assertThat(range(tenants, "bytes=0-1,3-4").response().body()).isEqualTo(Tenants.RAW);
        ApiClient.Answer beyond = range(tenants, "bytes=1000-");
        assertThat(beyond.verdict()).isEqualTo("416 range-not-satisfiable");
        assertThat(beyond.header("Content-Range")).isEqualTo("bytes */" + Tenants.RAW.length);
    }

    private ApiClient.Answer range(Tenants tenants, String wanted) {
        return client.send(client.builder("messages/" + tenants.message + "/raw")
                .header("Authorization", "Bearer " + tenants.tokens.get(Who.OWNER))
                .header("Range", wanted));
    }

    @Test
    void createdThingsSayWhereTheyAre() {
        ApiClient.Answer made = send("POST", "accounts", "{\"name\":\"Somewhere\"}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("Location"))
                .isEqualTo(holdfast().url() + "/api/v1/accounts/" + made.json().getString("id"));
        assertThat(send("GET", "accounts/" + made.json().getString("id"), null).json())
                .isEqualTo(made.json());
    }

    @Test
    void secondUserOfAnAddressIsRefusedInWhateverCase() throws SQLException {
        Tenants tenants = new Tenants(client, administrator, holdfast().database());
        ApiClient.Answer second = send(
                "POST",
                "accounts/" + tenants.account + "/users",
                Tenants.person(tenants.ownerEmail.toUpperCase(java.util.Locale.ROOT), ""));
        assertThat(second.verdict()).isEqualTo("409 email-taken");
    }

    @Test
    void shortPasswordIsRefused() {
        ApiClient.Answer refused = send(
                "POST", "users", "{\"email\":\"short@example.org\",\"role\":\"AUDITOR\",\"password\":\"elevenchars\"}");
        assertThat(refused.verdict()).isEqualTo("422 password-length");
    }
}
