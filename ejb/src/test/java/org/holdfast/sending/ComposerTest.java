package org.holdfast.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.message.Head;
import org.holdfast.message.HeadParser;
import org.holdfast.refusal.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComposerTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Correspondent ANNA = new Correspondent("anna@example.com", Optional.of("Anna Müller"));

    private static Composition of(String subject, String text, String html, List<AttachedPart> attachments) {
        return new Composition(
                "<1@example.com>",
                NOON,
                ANNA,
                List.of(new Correspondent("ben@münchen.example", Optional.of("Nguyễn, Ben"))),
                List.of(),
                subject,
                text,
                html,
                "<0@example.com>",
                List.of("<z@example.com>", "<0@example.com>", "<bad\r\nX: 1>"),
                attachments);
    }

    private static String text(byte[] raw) {
        return new String(raw, StandardCharsets.ISO_8859_1);
    }

    @Test
    void headerSaysEverythingInAscii() {
        byte[] raw = Composer.compose(of("Grüße aus Đà Nẵng " + "x".repeat(200), "text", null, List.of()));
        Head head = new HeadParser().parse(raw);
        assertThat(head.subject()).startsWith("Grüße aus Đà Nẵng").endsWith("xxx");
        assertThat(head.sender()).isEqualTo("Anna Müller <anna@example.com>");
        assertThat(head.recipients()).contains("Nguyễn, Ben").contains("ben@xn--mnchen-3ya.example");
        assertThat(head.messageId()).isEqualTo("<1@example.com>");
        assertThat(head.sentAt()).isEqualTo(NOON);
        assertThat(text(raw))
                .contains("In-Reply-To: <0@example.com>\r\n")
                .contains("References: <z@example.com> <0@example.com>\r\n")
                .doesNotContain("X: 1");
        assertWireSafe(raw);
    }

    private static void assertWireSafe(byte[] raw) {
        assertThat(text(raw).chars().allMatch(c -> c < 128)).isTrue();
        assertThat(text(raw).replace("\r\n", "")).doesNotContain("\r").doesNotContain("\n");
        assertThat(List.of(text(raw).split("\r\n", -1))).allMatch(line -> line.length() <= 998);
    }

    @Test
    void textsAndAttachmentsComeBackAsTheyWere() {
        byte[] file = new byte[200_000];
        new java.util.Random(7).nextBytes(file);
        String text = "Hallo Welt ü\n.\nFrom here\r\n" + "long ".repeat(500);
        byte[] raw = Composer.compose(of(
                "s",
                text,
                "<p>Hallo</p>",
                List.of(
                        new AttachedPart("Bảng giá \"2026\".pdf", "application/pdf", file),
                        new AttachedPart(
                                "mail.eml",
                                "message/rfc822",
                                "Subject: in\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII)))));
        assertWireSafe(raw);
        assertThat(new String(MessageParts.find(raw, "1.1").orElseThrow().content(), StandardCharsets.UTF_8))
                .isEqualTo(text.replaceAll("\r\n|\n", "\r\n"));
        assertThat(MessageParts.find(raw, "1.2").orElseThrow().type()).isEqualTo("text/html");
        AttachedPart attached = MessageParts.find(raw, "2").orElseThrow();
        assertThat(attached.content()).isEqualTo(file);
        assertThat(attached.type()).isEqualTo("application/pdf");
        assertThat(attached.name()).isEqualTo("Bảng giá _2026_.pdf");
        assertThat(new String(MessageParts.find(raw, "3").orElseThrow().content(), StandardCharsets.US_ASCII))
                .isEqualTo("Subject: in\r\n\r\nx\r\n");
        assertThat(MessageParts.find(raw, "4")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nBcc: evil@example.com", "a\nX: 1", "a\u0000b", "a\u0085b"})
    void nothingBeginsAnotherHeaderField(String text) {
        assertThatThrownBy(() -> Composer.compose(of(text, "x", null, List.of())))
                .isInstanceOf(Refusal.class);
        Correspondent named = new Correspondent("ben@example.com", Optional.of(text));
        assertThatThrownBy(() -> Composer.compose(new Composition(
                        "<1@example.com>",
                        NOON,
                        ANNA,
                        List.of(named),
                        List.of(),
                        "s",
                        "x",
                        null,
                        null,
                        List.of(),
                        List.of())))
                .isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Composer.address(new Correspondent("ben@example.com" + text, Optional.empty())))
                .isInstanceOf(Refusal.class);
        byte[] raw = Composer.compose(of("s", "x", null, List.of(new AttachedPart(text, "text/" + text, new byte[3]))));
        assertThat(text(raw)).doesNotContain("evil@example.com\r\n").doesNotContain("\r\nX: 1");
        assertWireSafe(raw);
    }

    @Test
    void threadIsCarriedOnWithinItsBounds() {
        StringBuilder long1 = new StringBuilder("Message-ID: <own@example.com>\r\nReferences:");
        for (int i = 0; i < 100; i++) {
            long1.append(" <r").append(i).append("@example.com>\r\n");
        }
        ThreadFields thread = ThreadFields.of((long1 + "\r\nbody").getBytes(StandardCharsets.US_ASCII));
        assertThat(thread.messageId()).isEqualTo("<own@example.com>");
        assertThat(thread.references())
                .hasSize(20)
                .startsWith("<r0@example.com>")
                .endsWith("<r99@example.com>", "<own@example.com>");
    }
}
