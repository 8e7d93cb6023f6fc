package org.holdfast.run.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.holdfast.run.ApiRefusal;
import org.holdfast.run.HoldfastApi;
import org.holdfast.run.ImapSession;
import org.holdfast.run.LocalGreenMail;
import org.holdfast.run.MailProvider;
import org.holdfast.run.Tenant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What must work on every server that Holdfast is delivered for, from outside and on the packaged artefact. */
public abstract class SmokeContract extends PackagedApplication {

    private final HoldfastApi anyone = new HoldfastApi(holdfast().url());

    @Test
    void healthAnswersWithoutToken() {
        assertThat(anyone.get("health").getString("status")).isEqualTo("UP");
    }

    @Test
    void openApiDocumentIsServed() {
        assertThat(anyone.get("openapi.json").getJsonObject("paths")).hasSizeGreaterThan(10);
    }

    @Test
    void nothingElseAnswersWithoutToken() {
        ApiRefusal refusal = catchThrowableOfType(ApiRefusal.class, () -> anyone.get("accounts"));
        assertThat(refusal.status()).isEqualTo(401);
    }

    @Test
    void accountIsKept() {
        JsonObject made = holdfast()
                .administrator()
                .post(
                        "accounts",
                        Json.createObjectBuilder()
                                .add("name", "Smoke")
                                .add("zone", "Asia/Ho_Chi_Minh")
                                .build());
        JsonObject read = holdfast().administrator().get("accounts/" + made.getString("id"));
        assertThat(read.getString("name")).isEqualTo("Smoke");
    }

    @Test
    void purgeRunCompletesAndItsJobIsRecordedInTheDatabaseOfTheApplication() throws SQLException {
        JsonObject started = holdfast().administrator().post("purge/runs", JsonValue.EMPTY_JSON_OBJECT);
        String path = "purge/runs/" + started.getString("id");
        Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(
                        holdfast().administrator().get(path).getString("status"))
                .isEqualTo("COMPLETED"));
        try (Connection connection = holdfast().database().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*) FROM " + tableEndingIn("jobinstancedata", connection))) {
            rows.next();
            assertThat(rows.getInt(1)).isPositive();
        }
    }

    @Test
    void mailIsSynchronisedAndReadByItsOwnerByteForByte() {
        String address = "mail@smoke.example";
        byte[] message = "From: a@example.com\r\nSubject: Smoke\r\n\r\nBody\r\n".getBytes(StandardCharsets.US_ASCII);
        HoldfastApi administrator = holdfast().administrator();
        try (MailProvider provider = LocalGreenMail.start(Path.of("target/greenmail.log"))) {
            String password = provider.createMailbox(address);
            try (ImapSession session = provider.open(address, password)) {
                Instant now = Instant.parse(administrator.get("clock").getString("now"));
                session.append("INBOX", List.of(), now.minus(Duration.ofHours(1)), message);
            }
            Tenant tenant = Tenant.create(administrator, "Smoke mail", "STANDARD", null, "owner@smoke.example");
            String mailbox = tenant.connect(provider, address, password);
            administrator.post("mailboxes/" + mailbox + "/sync", JsonValue.EMPTY_JSON_OBJECT);
            Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(
                            administrator.get("messages?mailbox=" + mailbox).getJsonArray("items"))
                    .hasSize(1));
            String copy =
                    administrator.all("messages?mailbox=" + mailbox).get(0).getString("id");
            assertThat(tenant.owner().bytes("messages/" + copy + "/raw")).isEqualTo(message);
        }
    }

    private static String tableEndingIn(String name, Connection connection) throws SQLException {
        try (ResultSet tables = connection.getMetaData().getTables(null, null, "%" + name, null)) {
            assertThat(tables.next())
                    .as("the job repository's table is in the application's database")
                    .isTrue();
            return tables.getString("TABLE_NAME");
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
    void serverListensOnLoopbackOnly() throws IOException {
        assertThat(Listening.addressesOf(holdfast().server().pid()))
                .isNotEmpty()
                .allMatch(Listening::isLoopback);
    }
}
