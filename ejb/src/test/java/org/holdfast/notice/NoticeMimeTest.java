package org.holdfast.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.TextBody;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.holdfast.refusal.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoticeMimeTest {

    private static final Instant AT = Instant.parse("2019-04-01T08:00:00Z");

    private static NoticeLetter letter(String name, String subject, String plain) {
        return new NoticeLetter(
                "<notice-1-x@relay.example>",
                "vi",
                new NoticeLetter.Person("Holdfast", "holdfast@relay.example"),
                new NoticeLetter.Person(name, "o@example.org"),
                new Notice.Text(subject, plain, "<p>" + plain + "</p>"),
                1L,
                1L);
    }

    private static Message read(byte[] raw) throws java.io.IOException {
        return new DefaultMessageBuilder().parseMessage(new ByteArrayInputStream(raw));
    }

    private static String body(Message message, int part) throws java.io.IOException {
        TextBody body = (TextBody)
                ((Multipart) message.getBody()).getBodyParts().get(part).getBody();
        return new String(body.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void whatIsWrittenIsReadBackByAnotherReader() throws Exception {
        String text = "Chào Đặng,\n\n.\n" + "dài ".repeat(400) + "\nFrom here =3D on\n";
        byte[] raw = NoticeMime.write(
                letter("Đặng \"D\" Ngọc", "Thư của bạn sẽ bị xóa vào ngày 1 tháng 5, và đó là một dòng rất dài", text),
                AT);
        Message message = read(raw);
        assertThat(message.getSubject())
                .isEqualTo("Thư của bạn sẽ bị xóa vào ngày 1 tháng 5, và đó là một dòng rất dài");
        assertThat(message.getTo().get(0).toString()).contains("o@example.org");
        assertThat(message.getDate().toInstant()).isEqualTo(AT);
        assertThat(body(message, 0)).isEqualTo(text.replace("\n", "\r\n"));
        assertThat(body(message, 1)).isEqualTo("<p>" + text.replace("\n", "\r\n") + "</p>");
        String wire = new String(raw, StandardCharsets.ISO_8859_1);
        assertThat(wire.chars()).allMatch(c -> c < 128);
        assertThat(List.of(wire.split("\r\n", -1))).allMatch(line -> line.length() <= 998 && !line.contains("\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\r\nBcc: all@example.org", "x\nX-Evil: 1", "x\rBcc: y", "\u0000<script>", "a, b@c <d@e>"})
    void aNameOrSubjectNeverBecomesAHeaderOrARecipient(String hostile) throws Exception {
        Message message = read(NoticeMime.write(letter(hostile, hostile, "text"), AT));
        assertThat(message.getHeader().getFields()).extracting(f -> f.getName()).doesNotContain("Bcc", "X-Evil");
        assertThat(message.getTo().flatten()).hasSize(1);
        assertThat(message.getTo().flatten().get(0).getAddress()).isEqualTo("o@example.org");
    }

    @Test
    void valuesAreEscapedInHtmlAndNotInPlainText() {
        Notice.Text filled = TemplateText.fill(
                new Notice.Text("{{ name }}", "{{name}} $1", "<b>{{name}}</b>"), Map.of("name", "<i>'A' & \"B\"\\"));
        assertThat(filled.plain()).isEqualTo("<i>'A' & \"B\"\\ $1");
        assertThat(filled.html()).isEqualTo("<b>&lt;i&gt;&#39;A&#39; &amp; &quot;B&quot;\\</b>");
    }

    @Test
    void templatesAreCheckedAndTheShippedOnesPass() {
        for (NoticeKind kind : List.of(NoticeKind.LEAVING, NoticeKind.RETRACTION)) {
            for (String language : List.of("en", "vi")) {
                TemplateText.check(kind, NoticeWords.shipped(kind, language));
            }
        }
        Notice.Text good = NoticeWords.shipped(NoticeKind.LEAVING, "en");
        assertRefused(new Notice.Text(good.subject(), good.plain() + "{{copise}}", good.html()), "copise");
        assertRefused(new Notice.Text(good.subject(), "{{date}} {{keep}}", good.html()), "copies");
        assertRefused(new Notice.Text("two\r\nlines", good.plain(), good.html()), "one line");
        assertRefused(new Notice.Text(" ", good.plain(), good.html()), "subject");
        assertRefused(new Notice.Text(good.subject(), good.plain(), "x".repeat(50_001)), "HTML");
    }

    private static void assertRefused(Notice.Text text, String why) {
        assertThatThrownBy(() -> TemplateText.check(NoticeKind.LEAVING, text))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(why);
    }

    @Test
    void theSentencesAreThereInBothLanguagesWithTheSamePlaces() {
        var english = java.util.ResourceBundle.getBundle("org.holdfast.notice.sentences", java.util.Locale.ENGLISH);
        var vietnamese = java.util.ResourceBundle.getBundle(
                "org.holdfast.notice.sentences", java.util.Locale.forLanguageTag("vi"));
        assertThat(vietnamese.keySet()).isEqualTo(english.keySet());
        for (String key : english.keySet()) {
            assertThat(places(vietnamese.getString(key))).as(key).isEqualTo(places(english.getString(key)));
            assertThat(english.getString(key) + vietnamese.getString(key))
                    .as(key)
                    .doesNotContain("'");
        }
        assertThat(new NoticeWords("vi").copies(1_204)).isEqualTo("1.204 bản sao");
    }

    private static java.util.Set<String> places(String text) {
        return new java.util.TreeSet<>(java.util.regex.Pattern.compile("\\{(\\d)")
                .matcher(text)
                .results()
                .map(r -> r.group(1))
                .toList());
    }

    @Test
    void missedDaysLeaveTheNearest() {
        NoticeDays days = NoticeDays.parse("1, 30,7");
        Instant first = AT.plus(java.time.Duration.ofDays(30));
        assertThat(days.useful(first, AT.minusMillis(1))).containsExactly(30, 7, 1);
        assertThat(days.useful(first, AT)).containsExactly(30, 7, 1);
        assertThat(days.useful(first, AT.plus(java.time.Duration.ofDays(23)))).containsExactly(7, 1);
        assertThat(days.useful(first, AT.plus(java.time.Duration.ofDays(29)))).containsExactly(1);
        assertThatThrownBy(() -> NoticeDays.parse("30;7")).hasMessageContaining("holdfast.notice.days");
    }
}
