package org.holdfast.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class GistTest {

    private static Gist read(String raw) throws IOException {
        return read(raw, StandardCharsets.UTF_8);
    }

    private static Gist read(String raw, Charset charset) throws IOException {
        return Gist.read(new ByteArrayInputStream(raw.replace("\n", "\r\n").getBytes(charset)));
    }

    @Test
    void plainPartGoesBeforeHtmlAndAnAttachmentIsSeen() throws IOException {
        Gist gist = read("""
                References: <a@x> <b@x>
                In-Reply-To: <b@x> <c@x>
                Content-Type: multipart/mixed; boundary=m

                --m
                Content-Type: multipart/alternative; boundary=a

                --a
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: base64

                SOG7o3AgxJHhu5NuZw==
                --a
                Content-Type: text/html

                <p>other</p>
                --a--
                --m
                Content-Type: application/pdf; name="a.pdf"
                Content-Disposition: attachment

                JVBERi0=
                --m--
                """);
        assertThat(gist.text()).contains("Hợp đồng");
        assertThat(gist.attachment()).isTrue();
        assertThat(gist.references()).containsExactly("<a@x>", "<b@x>", "<c@x>");
    }

    @Test
    void htmlAloneGivesItsTextWithoutScriptsAndStyles() throws IOException {
        Gist gist = read("""
                Content-Type: text/html; charset=windows-1252

                <html><head><title>no</title><style>p{color:red}</style></head><body>
                <script>var hidden = 1;</script><p>Caf\u00e9&nbsp;one</p><div>t<b>w</b>o</div></body></html>
                """, Charset.forName("windows-1252"));
        assertThat(gist.text().orElseThrow().replaceAll("\\s+", " ").replace('\u00a0', ' '))
                .isEqualTo("Café one two");
        assertThat(gist.attachment()).isFalse();
    }

    @Test
    void pictureThatTheTextShowsIsNoAttachment() throws IOException {
        Gist gist = read("""
                Content-Type: multipart/related; boundary=r

                --r
                Content-Type: text/html

                <p>hello</p>
                --r
                Content-Type: image/png; name="logo.png"
                Content-Disposition: inline; filename="logo.png"
                Content-ID: <logo>

                x
                --r--
                """);
        assertThat(gist.attachment()).isFalse();
    }

    @Test
    void hostileMessagesAreReadInBoundedTime() {
        StringBuilder deep = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            deep.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\n\n--b")
                    .append(i)
                    .append('\n');
        }
        String wide = "References: " + "<a@x> ".repeat(100_000) + "\n\nx";
        String html = "Content-Type: text/html\n\n" + "<div><table><a href='".repeat(30_000);
        String broken =
                "Content-Type: text/plain; charset=\"no-such\u0000\"\nContent-Transfer-Encoding: base64\n\n====";
        byte[] noise = new byte[3_000_000];
        new Random(7).nextBytes(noise);
        Assertions.assertTimeout(Duration.ofSeconds(60), () -> {
            read(deep.toString());
            assertThat(read(wide).references()).hasSizeLessThanOrEqualTo(30);
            read(html);
            read(broken);
            Gist.read(new ByteArrayInputStream(noise));
        });
    }

    @Test
    void textIsBoundedAndCutWithinACharacterStillText() throws IOException {
        String text = "ă".repeat(200_000);
        Gist gist = read("Content-Type: text/plain\n\n" + text);
        assertThat(gist.text().orElseThrow()).hasSizeLessThanOrEqualTo(60_000).matches("ă+");
    }
}
