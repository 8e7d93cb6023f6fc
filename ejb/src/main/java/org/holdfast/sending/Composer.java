package org.holdfast.sending;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.IDN;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.TimeZone;
import java.util.regex.Pattern;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.address.Mailbox;
import org.apache.james.mime4j.message.BasicBodyFactory;
import org.apache.james.mime4j.message.BodyPart;
import org.apache.james.mime4j.message.BodyPartBuilder;
import org.apache.james.mime4j.message.DefaultMessageWriter;
import org.apache.james.mime4j.message.MultipartBuilder;
import org.apache.james.mime4j.stream.RawField;
import org.holdfast.refusal.Refusal;

/**
 * Makes RFC 5322 content: ASCII only, short lines, and nothing that a caller gives can begin another header
 * field. Who is hidden (Bcc) is in the envelope alone.
 */
final class Composer {

    private static final Pattern ADDRESS =
            Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[\\p{L}\\p{M}\\p{N}.-]{1,253}");
    private static final Pattern MESSAGE_ID = Pattern.compile("<[!-;=?-~]{1,900}>");
    private static final Pattern TYPE =
            Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9!#$&^_.+-]{0,100}/[a-zA-Z0-9][a-zA-Z0-9!#$&^_.+-]{0,100}");
    /** What the quoted-printable encoder leaves bare, so that every decoder takes it off (RFC 2045 section 6.7, rule 3). */
    private static final Pattern BLANK_AT_END = Pattern.compile("\t\r\n|[ \t]\\z");

    private static final int LONGEST_NAME = 80;
    private static final int LONGEST_SUBJECT = 900;

    private Composer() {}

    static byte[] compose(Composition parts) {
        try {
            Message.Builder message = Message.Builder.of();
            header(message, parts);
            List<BodyPart> texts = texts(parts);
            if (parts.attachments().isEmpty() && texts.size() == 1) {
                BodyPart only = texts.get(0);
                only.getHeader().getFields().forEach(message::setField);
                message.setBody(only.getBody());
            } else if (parts.attachments().isEmpty()) {
                message.setBody(multipart("alternative", texts));
            } else {
                message.setBody(mixed(parts, texts));
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            new DefaultMessageWriter().writeMessage(message.build(), out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void header(Message.Builder message, Composition parts) {
        message.setMessageId(parts.messageId());
        message.setDate(Date.from(parts.date()), TimeZone.getTimeZone("UTC"));
        message.setFrom(mailbox(parts.from()));
        if (!parts.to().isEmpty()) {
            message.setTo(parts.to().stream().map(Composer::mailbox).toList());
        }
        if (!parts.cc().isEmpty()) {
            message.setCc(parts.cc().stream().map(Composer::mailbox).toList());
        }
        if (parts.subject() != null) {
            message.setSubject(headerText("subject", parts.subject(), LONGEST_SUBJECT));
        }
        if (parts.inReplyTo() != null && MESSAGE_ID.matcher(parts.inReplyTo()).matches()) {
            message.setField(new RawField("In-Reply-To", parts.inReplyTo()));
        }
        List<String> references = parts.references().stream()
                .filter(each -> MESSAGE_ID.matcher(each).matches())
                .toList();
        if (!references.isEmpty()) {
            message.setField(new RawField("References", String.join(" ", references)));
        }
    }

    /** The address as it goes into envelope and header. */
    static String address(Correspondent person) {
        String address = person.address().strip();
        int at = address.lastIndexOf('@');
        if (ADDRESS.matcher(address).matches()) {
            try {
                return address.substring(0, at + 1) + IDN.toASCII(address.substring(at + 1));
            } catch (IllegalArgumentException e) {
                // answered below
            }
        }
        throw new Refusal(Refusal.Kind.UNUSABLE, "address-unusable", "Not a mail address: " + printable(address));
    }

    private static String printable(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 100 ? clean : clean.substring(0, 100) + "...";
    }

    private static Mailbox mailbox(Correspondent person) {
        String address = address(person);
        int at = address.lastIndexOf('@');
        String name = person.name().map(text -> headerText("name", text, 200)).orElse(null);
        return new Mailbox(name, address.substring(0, at), address.substring(at + 1));
    }

    private static String headerText(String what, String text, int longest) {
        if (text.length() > longest || text.chars().anyMatch(Character::isISOControl)) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "header-unusable",
                    "The " + what + " has more than " + longest + " characters, or line breaks or control characters");
        }
        return text;
    }

    private static List<BodyPart> texts(Composition parts) {
        List<BodyPart> texts = new ArrayList<>();
        if (parts.text() != null || parts.html() == null) {
            texts.add(text("plain", parts.text() == null ? "" : parts.text()));
        }
        if (parts.html() != null) {
            texts.add(text("html", parts.html()));
        }
        return texts;
    }

    private static BodyPart text(String subtype, String text) {
        String lines = text.replaceAll("\r\n|\r|\n", "\r\n");
        String encoding = BLANK_AT_END.matcher(lines).find() ? "base64" : "quoted-printable";
        return BodyPartBuilder.create()
                .setBody(BasicBodyFactory.INSTANCE.textBody(lines, StandardCharsets.UTF_8))
                .setField(new RawField("Content-Type", "text/" + subtype + "; charset=utf-8"))
                .setContentTransferEncoding(encoding)
                .build();
    }

    private static Multipart multipart(String subtype, List<BodyPart> parts) {
        MultipartBuilder multipart = MultipartBuilder.create(subtype);
        parts.forEach(multipart::addBodyPart);
        return multipart.build();
    }

    private static Multipart mixed(Composition parts, List<BodyPart> texts) {
        MultipartBuilder mixed = MultipartBuilder.create("mixed");
        if (texts.size() == 1) {
            mixed.addBodyPart(texts.get(0));
        } else {
            mixed.addBodyPart(BodyPartBuilder.create()
                    .setBody(multipart("alternative", texts))
                    .build());
        }
        parts.attachments().forEach(each -> mixed.addBodyPart(attachment(each)));
        return mixed.build();
    }

    private static BodyPart attachment(AttachedPart part) {
        // A message within must not be encoded (RFC 2046 section 5.2.1): as a file it arrives byte for byte.
        boolean plain = TYPE.matcher(part.type()).matches()
                && !part.type().regionMatches(true, 0, "message/", 0, 8)
                && !part.type().regionMatches(true, 0, "multipart/", 0, 10);
        return BodyPartBuilder.create()
                .setBody(BasicBodyFactory.INSTANCE.binaryBody(part.content()))
                .setField(new RawField("Content-Type", plain ? part.type() : "application/octet-stream"))
                .setField(new RawField("Content-Disposition", "attachment;" + fileName(part.name())))
                .setContentTransferEncoding("base64")
                .build();
    }

    /** RFC 2231 beside a plain one for clients that do not know it. */
    private static String fileName(String name) {
        String bounded = name.length() <= LONGEST_NAME ? name : name.substring(name.length() - LONGEST_NAME);
        String clean = bounded.replaceAll("[\\p{Cntrl}/\\\\\"]", "_");
        String ascii = clean.replaceAll("[^ -~]", "_");
        String encoded = URLEncoder.encode(clean, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
        return " filename=\"" + ascii + "\"" + (ascii.equals(clean) ? "" : "; filename*=UTF-8''" + encoded);
    }
}
