package org.holdfast.rule;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with {reference} in it, as it stands in subjects. Not a regular expression: whoever writes one can
 * stop every import with it.
 */
final class SubjectPattern {

    private static final String PLACE = "{reference}";
    private static final String REFERENCE = "([\\p{L}\\p{N}._/-]{1,200})";

    private final Pattern pattern;

    SubjectPattern(String text) {
        int place = text.indexOf(PLACE);
        boolean once = place >= 0 && text.indexOf(PLACE, place + 1) < 0;
        if (!once || text.length() > 200 || text.strip().length() <= PLACE.length()) {
            throw new IllegalArgumentException(
                    "A pattern has {reference} once and something around it, such as [deal {reference}]");
        }
        String before = text.substring(0, place);
        String after = text.substring(place + PLACE.length());
        // Without a text after it, a reference ends where none of its characters follow.
        pattern = Pattern.compile(
                Pattern.quote(before.toLowerCase(Locale.ROOT))
                        + REFERENCE
                        + (after.isEmpty() ? "" : Pattern.quote(after.toLowerCase(Locale.ROOT))),
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }

    /** References in a subject, as they are written there. */
    Set<String> references(String subject) {
        Set<String> found = new LinkedHashSet<>();
        Matcher matcher = pattern.matcher(subject);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
