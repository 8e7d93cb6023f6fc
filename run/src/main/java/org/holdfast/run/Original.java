package org.holdfast.run;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A message at the provider as a client sees it.
 *
 * @param uidValidity of its folder
 * @param received INTERNALDATE as the provider writes it
 * @param flags without {@code \Recent}, which belongs to a session and not to the message
 * @param content raw bytes; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
public record Original(String uidValidity, long uid, String received, SortedSet<String> flags, byte[] content) {

    private static final Pattern UID = Pattern.compile("UID (\\d+)");
    private static final Pattern RECEIVED = Pattern.compile("INTERNALDATE \"([^\"]+)\"");
    private static final Pattern FLAGS = Pattern.compile("FLAGS \\(([^)]*)\\)");

    static Original of(String uidValidity, String fetch, byte[] content) {
        SortedSet<String> flags = new TreeSet<>();
        for (String flag : group(FLAGS, fetch).split(" ", -1)) {
            if (!flag.isEmpty() && !flag.equalsIgnoreCase("\\Recent")) {
                flags.add(flag);
            }
        }
        return new Original(
                uidValidity,
                Long.parseLong(group(UID, fetch)),
                group(RECEIVED, fetch).strip(),
                flags,
                content);
    }

    private static String group(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw new IllegalStateException("The provider's answer has no " + pattern + ": " + text);
        }
        return found.group(1);
    }
}
