package org.holdfast.notice;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.TimeZone;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.address.Mailbox;
import org.apache.james.mime4j.field.UnstructuredFieldImpl;
import org.apache.james.mime4j.message.BodyPartBuilder;
import org.apache.james.mime4j.message.DefaultMessageWriter;
import org.apache.james.mime4j.message.MultipartBuilder;
import org.apache.james.mime4j.stream.RawField;
import org.holdfast.message.Texts;

/** Writes a letter as RFC 5322: plain text and HTML as alternatives, headers encoded (RFC 2047). */
final class NoticeMime {

    private NoticeMime() {}

    /**
     * The message, lines ended by CR LF and none longer than 998 bytes.
     *
     * @param at the Date header
     */
    static byte[] write(NoticeLetter letter, Instant at) {
        try {
            Message message = Message.Builder.of()
                    .setFrom(mailbox(letter.from()))
                    .setTo(mailbox(letter.to()))
                    .setSubject(Texts.clean(letter.text().subject(), 300))
                    .setDate(Date.from(at), TimeZone.getTimeZone("UTC"))
                    .setMessageId(letter.messageId())
                    .setField(field("Auto-Submitted", "auto-generated"))
                    .setField(field("Content-Language", letter.language()))
                    .setBody(MultipartBuilder.create("alternative")
                            .addBodyPart(part("plain", letter.text().plain()).build())
                            .addBodyPart(part("html", letter.text().html()).build())
                            .build())
                    .build();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new DefaultMessageWriter().writeMessage(message, bytes);
            message.dispose();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BodyPartBuilder part(String subtype, String text) throws IOException {
        String canonical = text.replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\r\n");
        return BodyPartBuilder.create()
                .setBody(canonical, subtype, StandardCharsets.UTF_8)
                .setContentTransferEncoding("quoted-printable");
    }

    /** Control characters in a name must never end a header. */
    private static Mailbox mailbox(NoticeLetter.Person person) {
        int at = person.address().lastIndexOf('@');
        return new Mailbox(
                Texts.clean(person.name(), 200),
                person.address().substring(0, at),
                person.address().substring(at + 1));
    }

    private static org.apache.james.mime4j.stream.Field field(String name, String value) {
        return UnstructuredFieldImpl.PARSER.parse(
                new RawField(name, value), org.apache.james.mime4j.codec.DecodeMonitor.SILENT);
    }
}
