package org.holdfast.sending;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.codec.DecoderUtil;

/** People as they are written in one line: {@code Anna <anna@example.org>, b@example.org}. */
public final class Correspondents {

    private static final int MOST = 1_000;

    private Correspondents() {}

    /**
     * Reads a line or a header field, encoded words included. What is no address is an address too, for whoever
     * sends to complain about by name.
     *
     * @param line null: nobody
     */
    public static List<Correspondent> of(String line) {
        List<Correspondent> people = new ArrayList<>();
        for (String one : split(line == null ? "" : line)) {
            if (!one.isBlank() && people.size() < MOST) {
                people.add(person(one.strip()));
            }
        }
        return people;
    }

    /** Written so that it can be read again. */
    public static String line(List<Correspondent> people) {
        return String.join(
                ", ",
                people.stream()
                        .map(each -> each.name()
                                .map(name -> quoted(name) + " <" + each.address() + ">")
                                .orElse(each.address()))
                        .toList());
    }

    private static String quoted(String name) {
        boolean plain = name.chars().noneMatch(c -> ",;<>\"()@:".indexOf(c) >= 0);
        return plain ? name : '"' + name.replace("\\", "").replace("\"", "'") + '"';
    }

    /** At commas, semicolons and line breaks outside of quotes and angle brackets. */
    private static List<String> split(String line) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        boolean angle = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            quoted = quoted != (c == '"');
            angle = !quoted && (c == '<' || (angle && c != '>'));
            if (!quoted && !angle && (c == ',' || c == ';' || c == '\n' || c == '\r')) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }

    private static Correspondent person(String text) {
        int open = text.lastIndexOf('<');
        int close = text.indexOf('>', open);
        if (open < 0 || close < 0) {
            return new Correspondent(text, Optional.empty());
        }
        String written =
                text.substring(0, open).strip().replaceAll("^\"|\"$", "").replaceAll("\\\\(.)", "$1");
        String name = written.contains("=?")
                ? DecoderUtil.decodeEncodedWords(written, DecodeMonitor.SILENT, StandardCharsets.UTF_8)
                : written;
        String clean = name.replaceAll("\\p{Cntrl}", " ").strip();
        return new Correspondent(
                text.substring(open + 1, close).strip(), Optional.of(clean).filter(each -> !each.isEmpty()));
    }
}
