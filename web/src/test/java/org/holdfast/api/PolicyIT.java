package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.holdfast.api.Tenants.Who;
import org.holdfast.run.server.PackagedApplication;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may see a colleague's mail, holds, the fate of a copy, and changes of terms, over HTTP. */
class PolicyIT extends PackagedApplication {

    private final ApiClient client = new ApiClient(holdfast().url());
    private String administrator;
    private Tenants tenants;

    @BeforeEach
    void signIn() throws SQLException {
        administrator = AccessMatrixIT.administratorToken(client);
        tenants = new Tenants(client, administrator, holdfast().database());
    }

    @Test
    void aColleagueInTheSameAccountSeesNothingOfAPersonalMailbox() {
        String colleague = tenants.colleague();
        assertThat(verdict("GET", "mailboxes/" + tenants.mailbox, colleague, null))
                .isEqualTo("404 not-found");
        assertThat(verdict("POST", "mailboxes/" + tenants.mailbox + "/pause", colleague, null))
                .isEqualTo("404 not-found");
        assertThat(items("mailboxes", colleague)).isZero();
        assertThat(items("messages", colleague)).isZero();
        String message = "messages/" + tenants.message;
        assertThat(verdict("GET", message, colleague, null)).isEqualTo("404 not-found");
        assertThat(verdict("GET", message + "/raw", colleague, null)).isEqualTo("404 not-found");
        assertThat(verdict("GET", message + "/fate", colleague, null)).isEqualTo("404 not-found");
        assertThat(verdict("POST", message + "/bindings", colleague, "{\"kind\":\"deal\",\"reference\":\"1\"}"))
                .isEqualTo("404 not-found");
        assertThat(items("messages", tenants.tokens.get(Who.OWNER))).isEqualTo(1);
    }

    @Test
    void aHoldKeepsWhatThePlanWouldNotAndItsReleaseSaysWhenItGoes() {
        assertThat(fate().getString("verdict")).isEqualTo("YOUNG");
        assertThat(fate().getString("leavesAt"))
                .as("FREE keeps nothing from then on")
                .startsWith("2019-05-01T00:00:00");
        String hold = "{\"accountId\":\"" + tenants.account + "\",\"name\":\"Case 7\",\"reason\":\"court order\"}";
        JsonObject placed = client.send("POST", "holds", administrator, hold).json();
        assertThat(fate().getString("verdict")).isEqualTo("HELD");
        assertThat(fate().get("leavesAt")).isEqualTo(JsonValue.NULL);
        String release = "holds/" + placed.getString("id") + "/release";
        String reason = "{\"reason\":\"case closed\"}";
        assertThat(verdict("POST", release, administrator, reason)).isEqualTo("200");
        assertThat(fate().getString("verdict")).isEqualTo("YOUNG");
        assertThat(verdict("POST", release, administrator, reason)).isEqualTo("409 hold-already-released");
    }

    @Test
    void termsChangeByASecondPersonWithNoticeAndCanBeWithdrawn() {
        Instant now = Instant.parse(
                client.send("GET", "clock", administrator, null).json().getString("now"));
        Instant effective = now.plus(Duration.ofDays(60));
        JsonObject draft = client.send("POST", "terms-changes", administrator, terms(effective))
                .json();
        String change = "terms-changes/" + draft.getString("id");
        String approval = "{\"previewId\":\"" + readyPreview(draft.getString("id")) + "\"}";
        assertThat(verdict("POST", change + "/approve", administrator, approval))
                .isEqualTo("403 second-person-needed");
        assertThat(verdict("POST", change + "/publish", administrator, null)).isEqualTo("409 change-is-draft");
        assertThat(verdict("POST", change + "/approve", tenants.secondAdministrator(), approval))
                .isEqualTo("200");
        assertThat(verdict("POST", change + "/publish", administrator, null)).isEqualTo("200");
        assertThat(daysOfNfr(effective)).isEqualTo(120);
        assertThat(daysOfNfr(effective.minusMillis(1))).isEqualTo(90);
        assertThat(verdict("POST", change + "/withdraw", administrator, "{\"reason\":\"a slip\"}"))
                .isEqualTo("200");
        assertThat(daysOfNfr(effective)).isEqualTo(90);
        assertThat(verdict("POST", "terms-changes", administrator, terms(now.plus(Duration.ofDays(29)))))
                .isEqualTo("422 notice-too-short");
    }

    private String readyPreview(String change) {
        String request = "{\"termsChanges\":[\"" + change + "\"]}";
        String id =
                client.send("POST", "previews", administrator, request).json().getString("id");
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> client.send(
                        "GET", "previews/" + id, administrator, null)
                .json()
                .getString("status")
                .equals("READY"));
        return id;
    }

    private JsonObject fate() {
        return client.send("GET", "messages/" + tenants.message + "/fate", administrator, null)
                .json();
    }

    private String verdict(String method, String path, String token, String body) {
        return client.send(method, path, token, body).verdict();
    }

    private int items(String collection, String token) {
        return client.send("GET", collection, token, null)
                .json()
                .getJsonArray("items")
                .size();
    }

    private int daysOfNfr(Instant at) {
        return client.send("GET", "plans?at=" + at, administrator, null).json().getJsonArray("items").stream()
                .map(JsonValue::asJsonObject)
                .filter(plan -> plan.getString("planCode").equals("NFR"))
                .mapToInt(plan -> plan.getInt("unboundDays"))
                .findFirst()
                .orElseThrow();
    }

    private static String terms(Instant effective) {
        return "{\"planCode\":\"NFR\",\"effectiveAt\":\"" + effective + "\",\"syncs\":true,\"unboundDays\":120,"
                + "\"graceDays\":7,\"mailboxesPerUser\":10,\"sharedMailboxes\":\"unlimited\",\"reason\":\"test\"}";
    }
}
