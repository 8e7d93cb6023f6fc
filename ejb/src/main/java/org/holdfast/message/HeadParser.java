package org.holdfast.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.codec.DecoderUtil;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;
import org.apache.james.mime4j.util.MimeUtil;

/**
 * Reads the head fields of a raw message. Never fails: what cannot be understood is noted, and the first of
 * repeated fields counts. Looks at the header only, and at no more of it than a bound.
 */
public final class HeadParser {

    private static final int MOST_HEADER = 1024 * 1024;
    private static final int LONGEST_TEXT = 4_000;
    private static final int LONGEST_DECODED = 32_000;
    private static final Set<String> WANTED = Set.of("message-id", "date", "subject", "from", "to", "cc");

    private static final MimeConfig CONFIG = MimeConfig.custom()
            .setMaxLineLen(MOST_HEADER)
            .setMaxHeaderLen(MOST_HEADER)
            .setMaxHeaderCount(10_000)
            .setMalformedHeaderStartsBody(false)
            .build();

    private final HeaderDates dates = new HeaderDates();

    /** Reads what is there. */
    public Head parse(byte[] raw) {
        return parse(new ByteArrayInputStream(raw));
    }

    /** Reads the beginning of a stream; the rest is not touched. */
    public Head parse(InputStream raw) {
        Map<String, String> fields = new HashMap<>();
        Set<String> notes = new TreeSet<>();
        try {
            collect(raw, fields);
        } catch (IOException | MimeException | RuntimeException e) {
            notes.add("header: " + reason(e));
        }
        String id = fields.get("message-id");
        return new Head(
                Texts.clean(id, LONGEST_TEXT),
                date(fields.get("date"), notes),
                decoded(fields, "subject", notes),
                decoded(fields, "from", notes),
                recipients(fields, notes),
                notes.isEmpty() ? null : Texts.clean(String.join("; ", notes), 500));
    }

    private static void collect(InputStream raw, Map<String, String> fields) throws IOException, MimeException {
        MimeTokenStream stream = new MimeTokenStream(CONFIG, null);
        stream.setRecursionMode(RecursionMode.M_FLAT);
        stream.parse(raw);
        for (EntityState state = stream.getState();
                state != EntityState.T_END_HEADER && state != EntityState.T_END_OF_STREAM;
                state = stream.next()) {
            if (state == EntityState.T_FIELD) {
                Field field = stream.getField();
                String name = field.getName().strip().toLowerCase(Locale.ROOT);
                if (WANTED.contains(name)) {
                    fields.putIfAbsent(name, body(field));
                }
            }
        }
    }

    /** Unfolded; bytes beyond ASCII as UTF-8, else as Windows-1252. */
    private static String body(Field field) {
        String latin = field.getBody();
        if (field.getRaw() != null) {
            byte[] bytes = field.getRaw().toByteArray();
            String text = Texts.ofBytes(bytes);
            latin = text.substring(text.indexOf(':') + 1);
        }
        return MimeUtil.unfold(latin).strip();
    }

    private static String decoded(Map<String, String> fields, String name, Set<String> notes) {
        String body = fields.get(name);
        if (body == null) {
            return null;
        }
        String bounded = body.length() <= LONGEST_DECODED ? body : body.substring(0, LONGEST_DECODED);
        try {
            String text = bounded.contains("=?")
                    ? DecoderUtil.decodeEncodedWords(bounded, DecodeMonitor.SILENT, StandardCharsets.UTF_8)
                    : bounded;
            return Texts.clean(text, LONGEST_TEXT);
        } catch (RuntimeException e) {
            notes.add(name + ": " + reason(e));
            return Texts.clean(bounded, LONGEST_TEXT);
        }
    }

    private static String recipients(Map<String, String> fields, Set<String> notes) {
        String to = decoded(fields, "to", notes);
        String copy = decoded(fields, "cc", notes);
        if (to == null || copy == null) {
            return to == null ? copy : to;
        }
        return Texts.clean(to + ", " + copy, LONGEST_TEXT);
    }

    private Instant date(String body, Set<String> notes) {
        if (body == null) {
            return null;
        }
        Instant date = dates.parse(body);
        if (date == null) {
            notes.add("date: not understood");
        }
        return date;
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
