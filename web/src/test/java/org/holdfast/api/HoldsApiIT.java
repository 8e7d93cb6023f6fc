package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.holdfast.api.Tenants.Who;
import org.holdfast.run.server.PackagedApplication;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds by query, many at once, and what a copy says of them, over HTTP. */
class HoldsApiIT extends PackagedApplication {

    private final ApiClient client = new ApiClient(holdfast().url());
    private String administrator;
    private Tenants tenants;

    @BeforeEach
    void aMessageFromAKnownSender() throws SQLException {
        administrator = AccessMatrixIT.administratorToken(client);
        tenants = new Tenants(client, administrator, holdfast().database());
        try (Connection connection = holdfast().database().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "UPDATE mail_copy SET sender = 'Mara <mara@firm.example>', subject = 'Order 7' WHERE id = "
                            + tenants.message);
        }
    }

    @Test
    void aHoldByQueryIsPreviewedInForceWhenAnsweredAndNamedByTheCopyUntilItIsReleased() {
        String query = "\"accountId\":\"" + tenants.account + "\",\"query\":{\"sender\":\"@FIRM.example\"}";
        JsonObject preview = post("holds/preview", "{" + query + "}").json();
        assertThat(preview.getInt("copies")).isEqualTo(1);
        assertThat(preview.getInt("newlyKept")).isEqualTo(1);
        ApiClient.Answer placed = post("holds", "{" + query + ",\"name\":\"Case 7\",\"reason\":\"order\"}");
        assertThat(placed.status()).isEqualTo(201);
        assertThat(placed.json().getString("status")).isEqualTo("IN_FORCE");
        assertThat(placed.json().getInt("heldCopies")).isEqualTo(1);
        JsonObject fate = fate("en");
        assertThat(fate.getString("verdict")).isEqualTo("HELD");
        assertThat(fate.getJsonArray("holds").getJsonObject(0).getString("name"))
                .isEqualTo("Case 7");
        assertThat(fate.getJsonArray("sentences").toString())
                .contains("The legal hold “Case 7” keeps it until it is released.");
        assertThat(fate("vi").getJsonArray("sentences").toString()).contains("Lệnh giữ pháp lý “Case 7” giữ nó");
        String id = placed.json().getString("id");
        JsonObject released =
                post("holds/" + id + "/release", "{\"reason\":\"closed\"}").json();
        assertThat(released.getString("status")).isEqualTo("RELEASED");
        JsonObject after = fate("en");
        assertThat(after.getString("verdict")).isEqualTo("YOUNG");
        assertThat(after.getJsonArray("holds")).isEmpty();
    }

    @Test
    void manyAreAnsweredOneByOne() {
        String hold = "{\"accountId\":\"" + tenants.account + "\",\"name\":\"Many\",\"reason\":\"order\"}";
        String nobody = "{\"accountId\":\"999999999999\",\"name\":\"Many\",\"reason\":\"order\"}";
        JsonArray items = post("holds/bulk", "{\"holds\":[" + hold + "," + nobody + "," + hold + "]}")
                .json()
                .getJsonArray("items");
        assertThat(items).hasSize(3);
        assertThat(items.getJsonObject(1).getString("code")).isEqualTo("not-found");
        assertThat(items.getJsonObject(1).get("hold")).isEqualTo(JsonValue.NULL);
        String first = items.getJsonObject(0).getJsonObject("hold").getString("id");
        String second = items.getJsonObject(2).getJsonObject("hold").getString("id");
        String ids = "{\"ids\":[\"" + first + "\",\"" + first + "\",\"" + second + "\"],\"reason\":\"closed\"}";
        JsonArray ended = post("holds/bulk-release", ids).json().getJsonArray("items");
        assertThat(ended.getJsonObject(0).getJsonObject("hold").getString("status"))
                .isEqualTo("RELEASED");
        assertThat(ended.getJsonObject(1).getString("code")).isEqualTo("hold-already-released");
        assertThat(ended.getJsonObject(2).getJsonObject("hold").getString("status"))
                .isEqualTo("RELEASED");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        String account = "{\"accountId\":\"" + tenants.account + "\",\"name\":\"n\",\"reason\":\"r\"";
        assertThat(post("holds", account + ",\"query\":{}}").verdict()).isEqualTo("422 hold-unusable");
        assertThat(post("holds", account + ",\"endsAt\":\"2019-01-01T00:00:00Z\"}")
                        .verdict())
                .isEqualTo("422 hold-ends-in-the-past");
        assertThat(post("holds", account + ",\"mailboxId\":\"999999999999\"}").verdict())
                .isEqualTo("404 not-found");
        assertThat(post("holds/bulk", "{\"holds\":[]}").verdict()).isEqualTo("400 invalid-request");
    }

    @Test
    void anOwnerSeesWhatLeavesTheOwnMailboxesOnly() {
        JsonObject mine = client.send("GET", "my-mail", tenants.tokens.get(Who.OWNER), null)
                .json();
        assertThat(mine.getJsonArray("mailboxes")).hasSize(1);
        JsonArray leaving = client.send("GET", "my-mail/leaving", tenants.tokens.get(Who.OWNER), null)
                .json()
                .getJsonArray("items");
        assertThat(leaving).as("FREE keeps nothing from 1 May on").hasSize(1);
        assertThat(leaving.getJsonObject(0).getString("leavesAt")).startsWith("2019-05-01T00:00:00");
        assertThat(client.send("GET", "my-mail", tenants.tokens.get(Who.OTHER), null)
                        .json()
                        .getJsonArray("mailboxes"))
                .isEmpty();
    }

    private ApiClient.Answer post(String path, String body) {
        return client.send("POST", path, administrator, body);
    }

    private JsonObject fate(String language) {
        return client.send("GET", "messages/" + tenants.message + "/fate?language=" + language, administrator, null)
                .json();
    }
}
