package org.holdfast.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the demonstration relies on, whichever mail server it runs on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MailProviderContract {

    private static final Instant RECEIVED = Instant.parse("2018-11-03T04:05:06Z");

    private MailProvider provider;

    abstract MailProvider startProvider() throws Exception;

    @BeforeAll
    void start() throws Exception {
        provider = startProvider();
    }

    @AfterAll
    void stop() {
        if (provider != null) {
            provider.close();
        }
    }

    @Test
    void messageComesBackByteForByteWithItsDateAndFlags() {
        byte[] message = "From: a@example.com\r\nSubject: =?utf-8?B?xJDDow==?=\r\n\r\n{5}\r\n\u0110\u00e3 b\u1ea3n\r\n"
                .getBytes(StandardCharsets.UTF_8);
        try (ImapSession session = mailbox("bytes@example.com")) {
            session.append("INBOX", List.of("\\Seen", "\\Flagged", "$Work"), RECEIVED, message);
            assertThat(session.originals("INBOX")).singleElement().satisfies(original -> {
                assertThat(original.content()).isEqualTo(message);
                assertThat(original.received()).isEqualTo("03-Nov-2018 04:05:06 +0000");
                assertThat(original.flags()).containsExactlyInAnyOrder("\\Seen", "\\Flagged", "$Work");
            });
        }
    }

    @Test
    void readingChangesNothing() {
        try (ImapSession session = mailbox("reading@example.com")) {
            session.append("INBOX", List.of(), RECEIVED, message("one"));
            Snapshot first = Snapshot.of(session);
            assertThat(Snapshot.of(session)).isEqualTo(first);
            assertThat(first.messages()).isEqualTo(1);
        }
    }

    @Test
    void changeShowsInTheFingerprintOfItsFolderOnly() {
        try (ImapSession session = mailbox("change@example.com")) {
            session.create("Sent");
            session.append("INBOX", List.of("\\Seen"), RECEIVED, message("same"));
            Snapshot before = Snapshot.of(session);
            session.append("Sent", List.of("\\Seen"), RECEIVED, message("sent"));
            Snapshot after = Snapshot.of(session);
            assertThat(after.folders().get("INBOX")).isEqualTo(before.folders().get("INBOX"));
            assertThat(after.folders().get("Sent"))
                    .isNotEqualTo(before.folders().get("Sent"));
        }
    }

    @Test
    void foldersKeepTheirWireNames() {
        try (ImapSession session = mailbox("folders@example.com")) {
            session.create("Sent");
            session.create("D&HvE- &AOE-n");
            assertThat(session.folders()).contains("INBOX", "Sent", "D&HvE- &AOE-n");
        }
    }

    @Test
    void wrongPasswordIsRefused() {
        provider.createMailbox("locked@example.com");
        assertThatThrownBy(() -> provider.open("locked@example.com", "wrong"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("refused");
    }

    private ImapSession mailbox(String address) {
        return provider.open(address, provider.createMailbox(address));
    }

    private static byte[] message(String text) {
        return ("From: a@example.com\r\nSubject: " + text + "\r\n\r\n" + text + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
