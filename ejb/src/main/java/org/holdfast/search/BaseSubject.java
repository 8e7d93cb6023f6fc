package org.holdfast.search;

import java.text.Normalizer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The subject without what replies and forwards put around it (RFC 5256 section 2.1, with the words that mail programs
 * use beside Re and Fwd).
 *
 * @param text folded words; empty if nothing is left
 * @param isReply whether something was taken away that replies and forwards put there
 */
record BaseSubject(String text, boolean isReply) {

    private static final int LONGEST = 1_000;
    private static final String MARK = "(?:re|fwd?|aw|wg|sv|vs|antw|rv|tr|odp|r|i|tl|trả lời|chuyển tiếp)";
    private static final Pattern LEADER = Pattern.compile(
            "^\\s*" + MARK + "\\s{0,9}(?:\\[[^\\[\\]]{0,100}])?\\s{0,9}[:：]\\s*",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    private static final Pattern BLOB = Pattern.compile("^\\s*\\[[^\\[\\]]{0,100}]\\s*(?=\\S)");
    private static final Pattern TRAILER = Pattern.compile("\\s*\\(fwd\\)\\s*$", Pattern.CASE_INSENSITIVE);
    private static final Pattern WRAPPED =
            Pattern.compile("^\\s*\\[fwd:(.*)]\\s*$", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final int MOST_WORDS = 60;

    static BaseSubject of(String subject) {
        if (subject == null) {
            return new BaseSubject("", false);
        }
        String text =
                Normalizer.normalize(subject.substring(0, Math.min(subject.length(), LONGEST)), Normalizer.Form.NFC);
        boolean reply = false;
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Pattern part : new Pattern[] {TRAILER, LEADER}) {
                String shorter = part.matcher(text).replaceFirst("");
                changed |= !shorter.equals(text);
                text = shorter;
            }
            Matcher wrapped = WRAPPED.matcher(text);
            if (wrapped.matches()) {
                text = wrapped.group(1);
                changed = true;
            }
            reply |= changed;
            String bare = BLOB.matcher(text).replaceFirst("");
            changed |= !bare.equals(text);
            text = bare;
        }
        String words = Word.of(text, MOST_WORDS).stream().map(Word::exact).collect(Collectors.joining(" "));
        return new BaseSubject(words, reply);
    }
}
