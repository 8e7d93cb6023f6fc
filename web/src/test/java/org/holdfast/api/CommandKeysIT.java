package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.holdfast.api.Tenants.Who;
import org.holdfast.run.server.PackagedApplication;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands keep the key of their request themselves, and narrowed tokens send no more than they may read. */
class CommandKeysIT extends PackagedApplication {

    private static final String SEEN = "{\"add\":[\"\\\\Seen\"]}";

    private final ApiClient client = new ApiClient(holdfast().url());
    private Tenants tenants;

    @BeforeEach
    void aMailboxWithAMessage() throws SQLException {
        tenants = new Tenants(
                client, AccessMatrixIT.administratorToken(client), holdfast().database());
    }

    private ApiClient.Answer keyed(String method, String path, String key, String body) {
        HttpRequest.BodyPublisher content =
                body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        return client.send(client.builder(path)
                .method(method, content)
                .header("Authorization", "Bearer " + tenants.tokens.get(Who.OWNER))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key));
    }

    @Test
    void aCommandIsFoundAgainThoughTheServerWasLostMeanwhile() throws SQLException {
        String key = UUID.randomUUID().toString();
        String path = "messages/" + tenants.message + "/flags";
        String command = keyed("PATCH", path, key, SEEN).json().getString("id");
        assertThat(keyed("PATCH", path, key, SEEN).header("Idempotency-Replayed"))
                .isEqualTo("true");
        update("UPDATE idempotency_key SET status = NULL, begun_at = begun_at - interval '6 minutes' WHERE key = '"
                + key + "'");
        ApiClient.Answer again = keyed("PATCH", path, '"' + key + '"', SEEN);
        assertThat(again.verdict()).isEqualTo("202");
        assertThat(again.header("Idempotency-Replayed")).isEmpty();
        assertThat(again.json().getString("id")).isEqualTo(command);
        assertThat(keyed("PATCH", path, key, SEEN).header("Idempotency-Replayed"))
                .isEqualTo("true");
        assertThat(commands()).isEqualTo(1);
    }

    @Test
    void aDeletionWithAKeyIsAskedForOnce() throws SQLException {
        update("INSERT INTO folder (mailbox_id, wire_name, name, special_use) VALUES (" + tenants.mailbox
                + ", 'Trash', 'Trash', '\\Trash')");
        String key = "k".repeat(255);
        String path = "messages/" + tenants.message;
        ApiClient.Answer first = keyed("DELETE", path, key, null);
        assertThat(first.verdict()).isEqualTo("202");
        ApiClient.Answer again = keyed("DELETE", path, '"' + key + '"', null);
        assertThat(again.json().getString("id")).isEqualTo(first.json().getString("id"));
        assertThat(commands()).isEqualTo(1);
        assertThat(keyed("PATCH", path + "/flags", key, SEEN).verdict()).isEqualTo("422 idempotency-key-reused");
        assertThat(keyed("DELETE", path, "k".repeat(256), null).verdict()).isEqualTo("400 invalid-request");
    }

    @Test
    void aTokenForMailAloneSendsNoContentThatItMayNotRead() {
        String mail = client.send(
                        "POST", "tokens", tenants.tokens.get(Who.OWNER), "{\"name\":\"narrow\",\"scopes\":[\"mail\"]}")
                .json()
                .getString("token");
        String path = "mailboxes/" + tenants.mailbox + "/sendings";
        String plain = "{\"to\":[{\"address\":\"b@example.org\"}],\"text\":\"t\"}";
        String attached = "{\"to\":[{\"address\":\"b@example.org\"}],\"text\":\"t\",\"attachments\":[{\"messageId\":\""
                + tenants.message + "\"}]}";
        assertThat(client.send("POST", path, mail, plain).verdict()).isEqualTo("409 mailbox-cannot-send");
        assertThat(client.send("POST", path, mail, attached).verdict()).isEqualTo("403 token-scope");
        String bound = "{\"to\":[{\"address\":\"b@example.org\"}],\"text\":\"t\",\"bindTo\":{\"kind\":\"deal\","
                + "\"reference\":\"D-1\"}}";
        assertThat(client.send("POST", path, mail, bound).verdict()).isEqualTo("403 token-scope");
        assertThat(client.send("POST", path, tenants.tokens.get(Who.OWNER), attached)
                        .verdict())
                .isEqualTo("409 mailbox-cannot-send");
        assertThat(client.send("PATCH", "messages/" + tenants.message + "/flags", mail, SEEN)
                        .verdict())
                .isEqualTo("202");
    }

    private long commands() throws SQLException {
        try (Connection connection = holdfast().database().getConnection();
                Statement statement = connection.createStatement();
                java.sql.ResultSet row = statement.executeQuery(
                        "SELECT count(*) FROM user_command WHERE mailbox_id = " + tenants.mailbox)) {
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
