package org.holdfast.sending;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.codec.DecoderUtil;
import org.apache.james.mime4j.stream.BodyDescriptor;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;
import org.apache.james.mime4j.util.MimeUtil;

/**
 * What a reply needs of the message that it answers: who wrote it to whom, and its text. Never fails over what the
 * message is: what cannot be understood is left out.
 *
 * @param fields the first of each wanted header field, as written; lower-case names
 * @param text plain; empty where there is none
 */
record OriginalMessage(Map<String, String> fields, Optional<String> text) {

    private static final Set<String> WANTED = Set.of("from", "reply-to", "to", "cc", "subject", "date");
    private static final int MOST_TEXT = 256 * 1024;
    private static final int DEEPEST = 50;

    static OriginalMessage read(InputStream raw) throws IOException {
        MimeTokenStream stream = new MimeTokenStream(MimeConfig.custom()
                .setMaxLineLen(-1)
                .setMaxHeaderLen(1024 * 1024)
                .setMaxHeaderCount(10_000)
                .build());
        stream.setRecursionMode(RecursionMode.M_NO_RECURSE);
        stream.parse(new BufferedInputStream(raw, 1 << 16));
        Map<String, String> fields = new HashMap<>();
        String html = null;
        try {
            int depth = 0;
            boolean head = true;
            boolean attached = false;
            for (EntityState state = stream.getState(); state != EntityState.T_END_OF_STREAM; state = stream.next()) {
                switch (state) {
                    case T_START_MULTIPART -> depth++;
                    case T_END_MULTIPART -> depth--;
                    case T_START_BODYPART -> attached = false;
                    case T_END_HEADER -> head = false;
                    case T_FIELD -> {
                        String name = stream.getField().getName().strip().toLowerCase(Locale.ROOT);
                        String body =
                                MimeUtil.unfold(stream.getField().getBody()).strip();
                        if (head && WANTED.contains(name)) {
                            fields.putIfAbsent(name, body);
                        }
                        attached |= name.equals("content-disposition")
                                && body.toLowerCase(Locale.ROOT).startsWith("attachment");
                    }
                    case T_BODY -> {
                        String type = stream.getBodyDescriptor().getMimeType().toLowerCase(Locale.ROOT);
                        if (!attached && type.equals("text/plain")) {
                            return new OriginalMessage(fields, Optional.of(text(stream)));
                        }
                        if (!attached && html == null && type.equals("text/html")) {
                            html = text(stream);
                        }
                    }
                    default -> {
                        // nothing to take
                    }
                }
                if (depth > DEEPEST) {
                    break;
                }
            }
        } catch (MimeException | RuntimeException e) {
            // what was read up to here counts
        }
        return new OriginalMessage(fields, Optional.ofNullable(html).map(OriginalMessage::plain));
    }

    private static String text(MimeTokenStream stream) throws IOException {
        BodyDescriptor body = stream.getBodyDescriptor();
        byte[] bytes = stream.getDecodedInputStream().readNBytes(MOST_TEXT);
        Charset charset;
        try {
            charset = body.getCharset() == null ? StandardCharsets.UTF_8 : Charset.forName(body.getCharset());
        } catch (IllegalArgumentException e) {
            charset = StandardCharsets.UTF_8;
        }
        return new String(bytes, charset).replaceAll("\r\n|\r", "\n");
    }

    /** Words and line breaks only; nothing of it is ever shown as HTML. */
    private static String plain(String html) {
        return html.replaceAll("(?is)<(style|script|head|title)\\b.*?</\\1\\s*>", "")
                .replaceAll("\\s+", " ")
                .replaceAll("(?i)<br[^>]*>|</(p|div|tr|li|h[1-6]|blockquote)\\s*>", "\n")
                .replaceAll("<[^>]{0,10000}>", "")
                .replace("&nbsp;", " ")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&")
                .strip();
    }

    /** A field's people. */
    List<Correspondent> people(String field) {
        return Correspondents.of(fields.get(field));
    }

    /** A field's text, decoded; empty if there is none. */
    Optional<String> words(String field) {
        return Optional.ofNullable(fields.get(field)).map(body -> {
            String text = body.contains("=?")
                    ? DecoderUtil.decodeEncodedWords(body, DecodeMonitor.SILENT, StandardCharsets.UTF_8)
                    : body;
            return text.replaceAll("\\p{Cntrl}", " ").strip();
        });
    }
}
