package org.holdfast.rule;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.codec.DecoderUtil;

/**
 * What rules go by, read leniently from the beginning of a message; never fails.
 *
 * @param addresses of sender and recipients, lower-case
 * @param answered Message-IDs that it answers or refers to, in angle brackets
 */
record MessageTraits(Set<String> addresses, String subject, Set<String> answered) {

    /** How much of a message is looked at. */
    static final int HEAD = 64 * 1024;

    private static final Pattern ADDRESS =
            Pattern.compile("[\\p{L}\\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}@[\\p{L}\\p{N}.-]{1,253}");
    private static final Pattern MESSAGE_ID = Pattern.compile("<[^<>\\s]{1,998}>");
    private static final int MOST = 200;

    /** The traits of raw content, of which the first bytes are enough. */
    static MessageTraits of(byte[] head) {
        Map<String, String> fields = fields(new String(head, StandardCharsets.ISO_8859_1));
        Set<String> addresses = new LinkedHashSet<>();
        for (String name : List.of("from", "reply-to", "to", "cc")) {
            all(ADDRESS, text(fields.getOrDefault(name, "")).toLowerCase(Locale.ROOT), addresses);
        }
        Set<String> answered = new LinkedHashSet<>();
        all(MESSAGE_ID, fields.getOrDefault("in-reply-to", ""), answered);
        all(MESSAGE_ID, fields.getOrDefault("references", ""), answered);
        return new MessageTraits(addresses, decoded(text(fields.getOrDefault("subject", ""))), answered);
    }

    /** Domains of its addresses. */
    Set<String> domains() {
        return addresses.stream()
                .map(address -> address.substring(address.lastIndexOf('@') + 1))
                .collect(Collectors.toSet());
    }

    private static void all(Pattern pattern, String text, Set<String> found) {
        Matcher matcher = pattern.matcher(text);
        while (found.size() < MOST && matcher.find()) {
            found.add(matcher.group());
        }
    }

    /** The first of each field, unfolded; ends with the header. */
    private static Map<String, String> fields(String head) {
        Map<String, String> fields = new HashMap<>();
        String unfolded = head.replaceFirst("(?s)\r?\n\r?\n.*", "").replaceAll("\r?\n(?=[ \t])", "");
        for (String line : unfolded.split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.putIfAbsent(
                        line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return fields;
    }

    /** Bytes beyond ASCII as UTF-8. */
    private static String text(String latin) {
        return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        try {
            return text.contains("=?")
                    ? DecoderUtil.decodeEncodedWords(text, DecodeMonitor.SILENT, StandardCharsets.UTF_8)
                    : text;
        } catch (RuntimeException e) {
            return text;
        }
    }
}
