package org.holdfast.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadParserTest {

    private final HeadParser parser = new HeadParser();

    private Head head(String raw) {
        return parser.parse(raw.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void encodedWordsAreDecodedAndLinesUnfolded() {
        Head head = head(
                "Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n =?iso-8859-1?Q?_aus_K=F6ln?=\r\n"
                        + "From: =?UTF-8?Q?J=C3=BCrgen?= <j@example.com>\r\nTo: a@example.com\r\nCc: b@example.com\r\n\r\nbody");
        assertThat(head.subject()).isEqualTo("Grüße aus Köln");
        assertThat(head.sender()).isEqualTo("Jürgen <j@example.com>");
        assertThat(head.recipients()).isEqualTo("a@example.com, b@example.com");
        assertThat(head.note()).isNull();
    }

    @Test
    void unknownCharsetAndRawBytesDoNotFail() {
        assertThat(head("Subject: =?x-unknown?Q?abc?=\r\n\r\n").subject()).contains("abc");
        assertThat(head("Subject: K\u00F6ln\r\n\r\n").subject()).isEqualTo("Köln");
    }

    @Test
    void nothingUnfitForTheDatabaseComesOut() {
        Head head = head("Subject: a\0b =?utf-16be?B?2D0AYQ==?=\r\nMessage-ID: <\0>\r\n\r\n");
        String all = head.subject() + head.messageId() + head.note();
        assertThat(all).doesNotContain("\0");
        assertThat(all.chars().filter(c -> Character.isSurrogate((char) c))).isEmpty();
    }

    @Test
    void anythingIsAccepted() {
        assertThat(head("").subject()).isNull();
        assertThat(head("\r\n\r\n").subject()).isNull();
        assertThat(head("no header at all").subject()).isNull();
        assertThat(head("Subject: first\r\nbroken line\r\nFrom: x@y\r\n\r\n").subject())
                .isEqualTo("first");
    }

    @Test
    void endlessHeaderIsNotedInTime() {
        Assertions.assertTimeout(Duration.ofSeconds(5), () -> {
            Head head = head("Subject: kept\r\nX: " + "a".repeat(3_000_000) + "\r\n\r\n");
            assertThat(head.note()).startsWith("header:");
            assertThat(head("X: y\r\n".repeat(50_000) + "\r\n").note()).startsWith("header:");
            assertThat(head("Subject: " + "=?utf-8?Q?a?= ".repeat(60_000) + "\r\n\r\n")
                            .subject())
                    .isNotNull();
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sun, 01 Feb 2026 10:00:00 +0100|2026-02-01T09:00:00Z",
                "1 Feb 26 10:00 EST|2026-02-01T15:00:00Z",
                "Sun, 1 Feb 2026 10:00:00 +0100 (CET)|2026-02-01T09:00:00Z",
                "Tue, 31 Dec 1996 23:59:60 GMT|1996-12-31T23:59:59Z",
                "Mon, 01-Jan-99 00:00:00 -0000|1999-01-01T00:00:00Z"
            })
    void datesOfTheWildAreRead(String field, String instant) {
        assertThat(head("Date: " + field + "\r\n\r\n").sentAt()).isEqualTo(Instant.parse(instant));
    }

    @Test
    void dateThatMakesNoSenseIsNoted() {
        Head head = head("Date: 45 Foo 2026 99:99 +9999\r\n\r\n");
        assertThat(head.sentAt()).isNull();
        assertThat(head.note()).contains("date");
    }
}
