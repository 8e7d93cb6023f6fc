package org.holdfast.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PartReaderTest {

    private static PartReader reader(String raw) {
        return new PartReader(new ByteArrayInputStream(raw.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8)));
    }

    private static String shown(String raw) throws IOException {
        TextParts parts = reader(raw).texts();
        Optional<MessagePart> shown = parts.html().or(parts::plain);
        return shown.isEmpty()
                ? ""
                : reader(raw).text(shown.get().path(), 1_000).orElseThrow().strip();
    }

    private static List<String> beside(String raw) throws IOException {
        return reader(raw).texts().beside().stream().map(MessagePart::path).toList();
    }

    /** A part of a multipart whose boundary is a letter. */
    private static String part(String boundary, String type, String text) {
        return "--" + boundary + "\nContent-Type: " + type + "\n\n" + text + "\n";
    }

    @Test
    void footerInAnotherFormTakesNotThePlaceOfTheText() throws IOException {
        String raw = "Content-Type: multipart/mixed; boundary=m\n\n" + part("m", "text/plain", "the letter")
                + part("m", "text/html", "<p>list footer</p>") + "--m--\n";
        assertThat(shown(raw)).isEqualTo("the letter");
        assertThat(beside(raw)).containsExactly("2");
    }

    @Test
    void textBehindAnAttachmentIsListed() throws IOException {
        String raw = "Content-Type: multipart/mixed; boundary=m\n\n" + part("m", "text/plain", "before")
                + part("m", "application/pdf; name=a.pdf", "x") + part("m", "text/plain", "after") + "--m--\n";
        assertThat(shown(raw)).isEqualTo("before");
        assertThat(beside(raw)).containsExactly("2", "3");
    }

    @Test
    void formsOfTheSameAreOneAndWhatIsBesideThemIsListed() throws IOException {
        String raw = "Content-Type: multipart/alternative; boundary=a\n\n" + part("a", "text/plain", "plain")
                + "--a\nContent-Type: multipart/mixed; boundary=m\n\n" + part("m", "text/html", "<p>first</p>")
                + part("m", "application/pdf; name=a.pdf", "x") + part("m", "text/html", "<p>second</p>")
                + "--m--\n--a--\n";
        assertThat(shown(raw)).isEqualTo("<p>first</p>");
        assertThat(beside(raw)).containsExactly("2.2", "2.3");
    }

    @Test
    void namedTextHangsOnTheMessageUnlessItIsMeantToBeSeen() throws IOException {
        String named = "Content-Type: multipart/mixed; boundary=m\n\n"
                + part("m", "text/html; name=\"report.html\"", "<p>report</p>")
                + part("m", "text/plain", "the letter") + "--m--\n";
        assertThat(shown(named)).isEqualTo("the letter");
        assertThat(beside(named)).containsExactly("1");
        Gist gist =
                Gist.read(new ByteArrayInputStream(named.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8)));
        assertThat(gist.text()).contains("the letter");
        assertThat(gist.attachment()).isTrue();
        String inline = "Content-Type: text/plain; name=note.txt\nContent-Disposition: inline\n\nnote\n";
        assertThat(shown(inline)).isEqualTo("note");
        assertThat(beside(inline)).isEmpty();
        String attached = "Content-Type: text/plain\nContent-Disposition: attachment\n\nnote\n";
        assertThat(shown(attached)).isEmpty();
        assertThat(beside(attached)).containsExactly("1");
    }
}
