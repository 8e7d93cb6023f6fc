package org.holdfast.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jakarta.json.Json;
import java.io.StringReader;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.TransportSecurity;
import org.junit.jupiter.api.Test;

class RecordOfJsonTest {

    record Everything(
            Id id,
            String text,
            int number,
            boolean truth,
            Instant at,
            Role role,
            MailServer server,
            Optional<String> note,
            Optional<Boolean> flag) {}

    @Test
    void everyTypeIsReadAndWrittenBack() {
        String json =
                "{\"id\":\"7\",\"text\":\"\u00e4\",\"number\":3,\"truth\":true,\"at\":\"2026-01-31T14:00:00+02:00\","
                        + "\"role\":\"AUDITOR\",\"server\":{\"host\":\"mail.example.org\",\"port\":993,\"security\":\"TLS\"},"
                        + "\"note\":null}";
        Everything read = read(json);
        assertThat(read)
                .isEqualTo(new Everything(
                        new Id(7),
                        "\u00e4",
                        3,
                        true,
                        Instant.parse("2026-01-31T12:00:00Z"),
                        Role.AUDITOR,
                        new MailServer("mail.example.org", 993, TransportSecurity.TLS),
                        Optional.empty(),
                        Optional.empty()));
        assertThat(JsonOfRecord.of(read).toString())
                .contains("\"at\":\"2026-01-31T12:00:00Z\"", "\"role\":\"AUDITOR\"", "\"note\":null");
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnce() {
        InvalidRequest refused = catchThrowableOfType(
                InvalidRequest.class,
                () -> read(
                        "{\"id\":7,\"text\":1,\"number\":1.5,\"truth\":\"yes\",\"at\":\"yesterday\",\"role\":\"KING\","
                                + "\"server\":{\"host\":\"h\",\"port\":\"x\",\"security\":\"TLS\",\"colour\":1},\"flag\":0,\"more\":1}"));
        assertThat(refused.errors().stream().map(FieldError::field))
                .containsExactlyInAnyOrder(
                        "more", "id", "text", "number", "truth", "at", "role", "server.port", "server.colour", "flag");
    }

    @Test
    void missingMembersAreNamedUnlessOptional() {
        InvalidRequest refused = catchThrowableOfType(InvalidRequest.class, () -> read("{}"));
        assertThat(refused.errors().stream().map(FieldError::field))
                .containsExactly("id", "text", "number", "truth", "at", "role", "server");
    }

    @Test
    void whatARecordItselfRefusesIsTheSendersMistake() {
        InvalidRequest refused = catchThrowableOfType(
                InvalidRequest.class,
                () -> read("{\"id\":\"7\",\"text\":\"t\",\"number\":3,\"truth\":true,\"at\":\"2026-01-31T12:00:00Z\","
                        + "\"role\":\"AUDITOR\",\"server\":{\"host\":\"h\",\"port\":0,\"security\":\"TLS\"}}"));
        assertThat(refused.errors()).isEqualTo(List.of(new FieldError("server", "A port is 1 to 65535, not 0")));
    }

    private static Everything read(String json) {
        return RecordOfJson.read(
                Everything.class, Json.createReader(new StringReader(json)).readObject());
    }
}
