package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.holdfast.api.Tenants.Who;
import org.holdfast.run.server.PackagedApplication;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stored previews over HTTP, and the changes that rest on them. */
class PreviewsIT extends PackagedApplication {

    private final ApiClient client = new ApiClient(holdfast().url());
    private String administrator;
    private Tenants tenants;
    private Instant now;

    @BeforeEach
    void signIn() throws SQLException {
        administrator = AccessMatrixIT.administratorToken(client);
        tenants = new Tenants(client, administrator, holdfast().database());
        now = Instant.parse(
                client.send("GET", "clock", administrator, null).json().getString("now"));
    }

    @Test
    void aPreviewIsFollowedToItsHashAndReadByPageAndAsAFile() {
        ApiClient.Answer accepted = post("previews", toFree());
        assertThat(accepted.status()).isEqualTo(202);
        String id = accepted.json().getString("id");
        assertThat(accepted.header("Location")).endsWith("/api/v1/previews/" + id);
        JsonObject ready = ready(id);
        assertThat(ready.getString("kind")).isEqualTo("SUBSCRIPTION");
        assertThat(ready.getString("hash")).matches("[0-9a-f]{64}");
        assertThat(ready.getJsonObject("progress").getInt("percent")).isEqualTo(100);
        assertThat(ready.getJsonObject("totals").getInt("dueCopies")).isEqualTo(1);
        JsonObject row = items("previews/" + id + "/mailboxes").get(0);
        assertThat(row.getString("mailboxId")).isEqualTo(Long.toString(tenants.mailbox));
        assertThat(row.getString("planCode")).isEqualTo("FREE");
        assertThat(row.getInt("dueCopies")).isEqualTo(1);
        JsonObject sample = items("previews/" + id + "/samples").get(0);
        assertThat(sample.keySet())
                .containsExactlyInAnyOrder("messageId", "accountId", "mailboxId", "clock", "sizeBytes");
        assertThat(sample.getString("messageId")).isEqualTo(Long.toString(tenants.message));
        assertThat(items("previews/" + id + "/ages")).hasSize(1);
        ApiClient.Answer csv = client.send("GET", "previews/" + id + "/mailboxes.csv", administrator, null);
        assertThat(csv.header("Content-Type")).startsWith("text/csv");
        assertThat(csv.header("Content-Disposition")).contains("preview-" + id + ".csv");
        assertThat(csv.text().lines()).hasSize(2).first().asString().startsWith("account,accountName,mailbox");
    }

    @Test
    void auditorsReadAndOwnersSeeNothing() {
        String id = ready(post("previews", toFree()).json().getString("id")).getString("id");
        for (String path : List.of("", "/mailboxes", "/mailboxes.csv", "/ages", "/samples")) {
            assertThat(verdict("GET", "previews/" + id + path, tenants.tokens.get(Who.AUDITOR), null))
                    .isEqualTo("200");
            assertThat(verdict("GET", "previews/" + id + path, tenants.tokens.get(Who.OWNER), null))
                    .isEqualTo("403 forbidden");
        }
        assertThat(verdict("POST", "previews/" + id + "/cancel", administrator, null))
                .isEqualTo("409 preview-ended");
    }

    @Test
    void whatCannotBeSupposedIsRefused() {
        assertThat(post("previews", "{\"termsChanges\":[\"999999999999\"]}").verdict())
                .isEqualTo("404 not-found");
        assertThat(post("previews", "{\"termsChanges\":[\"1\"],\"scope\":\"plan:FREE\"}")
                        .verdict())
                .isEqualTo("400 invalid-request");
        assertThat(post("previews", "{\"planChange\":{\"toPlan\":\"FREE\"}}").verdict())
                .isEqualTo("400 invalid-request");
        assertThat(post("previews", "{\"planChange\":{\"toPlan\":\"FREE\",\"accountIds\":[\"999999999999\"]}}")
                        .verdict())
                .isEqualTo("422 account-unknown");
        assertThat(post("previews", "{\"planChange\":{\"toPlan\":\"FREE\",\"accountIds\":[7]}}")
                        .verdict())
                .isEqualTo("400 invalid-request");
    }

    @Test
    void anApprovalRestsOnAReadyPreviewOfThisVeryDraft() {
        String draft = draft("NFR");
        String other = draft("DEMO");
        String preview = ready(post("previews", "{\"termsChanges\":[\"" + draft + "\"]}")
                        .json()
                        .getString("id"))
                .getString("id");
        assertThat(approve(draft, "{}")).isEqualTo("400 invalid-request");
        assertThat(approve(other, approval(preview, null))).isEqualTo("409 preview-of-something-else");
        assertThat(approve(draft, approval("999999999999", null))).isEqualTo("404 not-found");
        assertThat(approve(draft, approval(preview, "00"))).isEqualTo("409 preview-hash-differs");
        String hash = client.send("GET", "previews/" + preview, administrator, null)
                .json()
                .getString("hash");
        assertThat(approve(draft, approval(preview, hash))).isEqualTo("200");
        JsonObject change = client.send("GET", "terms-changes/" + draft, administrator, null)
                .json();
        assertThat(change.getString("status")).isEqualTo("APPROVED");
        assertThat(change.getString("previewId")).isEqualTo(preview);
    }

    @Test
    void aPlanChangeMayRestOnAPreviewOfItAndOnNoOther() {
        String preview =
                ready(post("previews", toFree()).json().getString("id")).getString("id");
        String path = "accounts/" + tenants.account + "/subscriptions";
        String change = "{\"planCode\":\"%s\",\"from\":\"" + inTwoMonths() + "\",\"reason\":\"t\",\"previewId\":\""
                + preview + "\"}";
        assertThat(post(path, change.formatted("NFR")).verdict()).isEqualTo("409 preview-of-something-else");
        ApiClient.Answer changed = post(path, change.formatted("FREE"));
        assertThat(changed.status()).isEqualTo(201);
        assertThat(changed.json().getString("previewId")).isEqualTo(preview);
    }

    /** FREE for the account in two months, when FREE keeps nothing. */
    private String toFree() {
        return "{\"planChange\":{\"accountIds\":[\"" + tenants.account + "\"],\"toPlan\":\"FREE\",\"from\":\""
                + inTwoMonths() + "\"}}";
    }

    private Instant inTwoMonths() {
        return now.plus(Duration.ofDays(60));
    }

    private String draft(String plan) {
        String terms = "{\"planCode\":\"" + plan + "\",\"effectiveAt\":\"" + now.plus(Duration.ofDays(90))
                + "\",\"syncs\":true,\"unboundDays\":10,\"graceDays\":7,\"mailboxesPerUser\":10,"
                + "\"sharedMailboxes\":\"unlimited\",\"reason\":\"test\"}";
        return post("terms-changes", terms).json().getString("id");
    }

    private String approve(String draft, String body) {
        return verdict("POST", "terms-changes/" + draft + "/approve", tenants.secondAdministrator(), body);
    }

    private static String approval(String preview, String hash) {
        return "{\"previewId\":\"" + preview + "\"" + (hash == null ? "" : ",\"hash\":\"" + hash + "\"") + "}";
    }

    private JsonObject ready(String id) {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> !List.of("WAITING", "RUNNING")
                .contains(get(id).getString("status")));
        JsonObject preview = get(id);
        assertThat(preview.getString("status")).as(preview.toString()).isEqualTo("READY");
        return preview;
    }

    private JsonObject get(String id) {
        return client.send("GET", "previews/" + id, administrator, null).json();
    }

    private List<JsonObject> items(String path) {
        return client.send("GET", path, administrator, null).json().getJsonArray("items").stream()
                .map(JsonValue::asJsonObject)
                .toList();
    }

    private ApiClient.Answer post(String path, String body) {
        return client.send("POST", path, administrator, body);
    }

    private String verdict(String method, String path, String token, String body) {
        return client.send(method, path, token, body).verdict();
    }
}
