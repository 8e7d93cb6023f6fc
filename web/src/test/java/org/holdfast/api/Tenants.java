package org.holdfast.api;

import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;

/** Two accounts with an owner each, an auditor, and one message in the first account's mailbox. */
final class Tenants {

    /** Who calls. */
    enum Who {
        NONE,
        REVOKED,
        AUDITOR,
        OTHER,
        OWNER,
        ADMIN
    }

    static final String PASSWORD = "a password for tests 1";
    static final byte[] RAW = "Subject: hello\r\n\r\nWorld \u00e4\r\n".getBytes(StandardCharsets.UTF_8);

    final ApiClient client;
    private final DataSource database;
    final Map<Who, String> tokens = new EnumMap<>(Who.class);
    final String account;
    final String owner;
    final String ownerEmail;
    final long mailbox;
    final long folder;
    final long message;

    Tenants(ApiClient client, String administrator, DataSource database) throws SQLException {
        this.client = client;
        String unique = UUID.randomUUID().toString();
        tokens.put(Who.ADMIN, administrator);
        account = create("accounts", "{\"name\":\"Own\"}").getString("id");
        String foreign = create("accounts", "{\"name\":\"Other\"}").getString("id");
        ownerEmail = "owner-" + unique + "@example.org";
        owner = create("accounts/" + account + "/users", person(ownerEmail, "")).getString("id");
        create("accounts/" + foreign + "/users", person("other-" + unique + "@example.org", ""));
        create("users", person("auditor-" + unique + "@example.org", ",\"role\":\"AUDITOR\""));
        tokens.put(Who.OWNER, signIn(ownerEmail));
        tokens.put(Who.OTHER, signIn("other-" + unique + "@example.org"));
        tokens.put(Who.AUDITOR, signIn("auditor-" + unique + "@example.org"));
        tokens.put(Who.REVOKED, revoked());
        this.database = database;
        mailbox = newMailbox();
        folder = insert(
                database,
                "INSERT INTO folder (mailbox_id, wire_name, name) VALUES (" + mailbox
                        + ", 'INBOX', 'INBOX') RETURNING id");
        message = insertMessage(database, folder, 1);
    }

    /** A mailbox of the owner with nothing behind it. */
    long newMailbox() throws SQLException {
        long id = insert(
                database,
                "INSERT INTO mailbox (account_id, owner_id, address, imap_host, imap_port,"
                        + " imap_security, login, state, state_since, connected_at) VALUES (" + account + ", " + owner
                        + ", '" + UUID.randomUUID()
                        + "@example.org', '127.0.0.1', 9, 'TLS', 'x', 'ACTIVE', now(), now())"
                        + " RETURNING id");
        insert(
                database,
                "INSERT INTO mailbox_sync (mailbox_id, due_at) VALUES (" + id
                        + ", clock_timestamp() + interval '1 day') RETURNING mailbox_id");
        return id;
    }

    private long insertMessage(DataSource database, long folder, int uid) throws SQLException {
        long id = insert(
                database,
                "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock,"
                        + " copied_at, size_bytes, content_sha256, subject) VALUES (" + account + ", " + mailbox + ", "
                        + folder
                        + ", 1, " + uid + ", timestamptz '2019-04-19Z' - " + uid + " * interval '1 minute', now(), "
                        + RAW.length + ", sha256('x'), 'hello') RETURNING id");
        try (Connection connection = database.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("INSERT INTO mail_content (copy_id, raw) VALUES (?, ?)")) {
            statement.setLong(1, id);
            statement.setBytes(2, RAW);
            statement.executeUpdate();
        }
        insert(
                database,
                "INSERT INTO search_entry (copy_id, mailbox_id, clock, thread_id, links, attachment, document)"
                        + " SELECT id, mailbox_id, clock, id, '{}', false, array_to_tsvector(ARRAY['"
                        + Long.toString(mailbox, 36) + ":hello']) FROM mail_copy"
                        + " WHERE id = " + id + " RETURNING copy_id");
        return id;
    }

    /** A token of another owner in the account, whose mailbox it is not. */
    String colleague() {
        String email = "colleague-" + UUID.randomUUID() + "@example.org";
        create("accounts/" + account + "/users", person(email, ""));
        return signIn(email);
    }

    /** A token of a second administrator. */
    String secondAdministrator() {
        String email = "second-" + UUID.randomUUID() + "@example.org";
        create("users", person(email, ",\"role\":\"ADMINISTRATOR\""));
        return signIn(email);
    }

    /** More messages of the same mailbox, two of each clock. */
    void moreMessages(DataSource database, int count) throws SQLException {
        long folder = insert(database, "SELECT folder_id FROM mail_copy WHERE id = " + message);
        for (int i = 0; i < count; i++) {
            long id = insertMessage(database, folder, 100 + i);
            insert(
                    database,
                    "UPDATE mail_copy SET clock = timestamptz '2019-04-18Z' - " + i / 2
                            + " * interval '1 microsecond' WHERE id = " + id + " RETURNING id");
        }
    }

    /** A token of the owner. */
    JsonObject tokenOfOwner() {
        return client.send("POST", "tokens", tokens.get(Who.OWNER), "{\"name\":\"another\"}")
                .json();
    }

    private String revoked() {
        JsonObject token = tokenOfOwner();
        client.send("DELETE", "tokens/" + token.getString("id"), tokens.get(Who.OWNER), null);
        return token.getString("token");
    }

    String signIn(String email) {
        String body = "{\"name\":\"test\",\"email\":\"" + email + "\",\"password\":\"" + PASSWORD + "\"}";
        return client.send("POST", "tokens", null, body).json().getString("token");
    }

    static String person(String email, String more) {
        return "{\"email\":\"" + email + "\",\"password\":\"" + PASSWORD + "\"" + more + "}";
    }

    private JsonObject create(String path, String body) {
        ApiClient.Answer answer = client.send("POST", path, tokens.get(Who.ADMIN), body);
        if (answer.status() != 201) {
            throw new IllegalStateException(path + ": " + answer.text());
        }
        return answer.json();
    }

    private static long insert(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
