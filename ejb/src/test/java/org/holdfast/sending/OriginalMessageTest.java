package org.holdfast.sending;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OriginalMessageTest {

    private static OriginalMessage read(String raw, Charset charset) throws IOException {
        return OriginalMessage.read(
                new ByteArrayInputStream(raw.replace("\n", "\r\n").getBytes(charset)));
    }

    @Test
    void plainTextIsReadInItsCharacterSet() throws IOException {
        OriginalMessage message = read("""
                From: =?utf-8?Q?Nguy=E1=BB=85n=2C_An?= <an@example.org>
                Subject: =?iso-8859-1?Q?caf=E9?=
                Content-Type: text/plain; charset=iso-8859-1

                café
                """, StandardCharsets.ISO_8859_1);
        assertThat(message.text()).contains("café\n");
        assertThat(message.words("subject")).contains("café");
        assertThat(message.people("from"))
                .containsExactly(new Correspondent("an@example.org", Optional.of("Nguyễn, An")));
        assertThat(message.people("cc")).isEmpty();
    }

    @Test
    void htmlIsQuotedAsWordsAndAttachmentsAreNot() throws IOException {
        OriginalMessage message = read("""
                Subject: s
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/plain
                Content-Disposition: attachment; filename=a.txt

                attached
                --b
                Content-Type: text/html

                <style>p{}</style><p>One &amp; two</p><script>alert(1)</script><p>three</p>
                --b--
                """, StandardCharsets.US_ASCII);
        assertThat(message.text()).contains("One & two\nthree");
    }

    @Test
    void headerOfAPartIsNotTheMessages() throws IOException {
        OriginalMessage message = read(
                "Subject: outer\nContent-Type: multipart/mixed; boundary=b\n\n--b\nFrom: x@example.org\n\ntext\n--b--\n",
                StandardCharsets.US_ASCII);
        assertThat(message.people("from")).isEmpty();
        assertThat(message.text()).contains("text");
    }

    @Test
    void brokenMessagesGiveWhatCanBeRead() throws IOException {
        assertThat(read("Subject: x\nContent-Type: multipart/mixed\n\nno boundary", StandardCharsets.US_ASCII)
                        .words("subject"))
                .contains("x");
        assertThat(read("", StandardCharsets.US_ASCII).text().orElse("")).isEmpty();
        assertThat(read("Content-Type: text/plain; charset=no-such\n\nx", StandardCharsets.US_ASCII)
                        .text())
                .contains("x");
    }

    @Test
    void peopleAreReadAsTheyAreWritten() {
        List<Correspondent> people = Correspondents.of(
                "\"Doe, Jane\" <jane@example.org>; bob@example.org,, An <an@example.org>\n, broken <x");
        assertThat(people)
                .containsExactly(
                        new Correspondent("jane@example.org", Optional.of("Doe, Jane")),
                        new Correspondent("bob@example.org", Optional.empty()),
                        new Correspondent("an@example.org", Optional.of("An")),
                        new Correspondent("broken <x", Optional.empty()));
        assertThat(Correspondents.of(Correspondents.line(people.subList(0, 3)))).isEqualTo(people.subList(0, 3));
        assertThat(Correspondents.of(null)).isEmpty();
    }
}
