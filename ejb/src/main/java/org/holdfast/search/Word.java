package org.holdfast.search;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A word as search compares it.
 *
 * @param folded lower-case, without any mark: hợp and hop are both {@code hop}
 * @param exact with its marks, tones at the end so that hòa and hoà are one; the same as folded where there are none
 */
record Word(String folded, String exact) {

    /** Longer runs of letters are data, not words. */
    private static final int LONGEST = 60;

    /** In UTF-8, once apart: a single ligature may stand for a sentence. */
    private static final int MOST_BYTES = 200;

    /** Grave, acute, tilde, hook above, dot below: tones in Vietnamese, written on one vowel or another. */
    private static final String TONES = "\u0300\u0301\u0303\u0309\u0323";

    boolean isMarked() {
        return !folded.equals(exact);
    }

    /**
     * The words of a text, in their order. Scripts that are written without spaces give a word a character.
     *
     * @param most of them
     */
    static List<Word> of(String text, int most) {
        List<Word> words = new ArrayList<>();
        int at = 0;
        while (at < text.length() && words.size() < most) {
            int point = text.codePointAt(at);
            int end = at + Character.charCount(point);
            if (isPart(point)) {
                boolean alone = isAlone(point);
                while (end < text.length() && !alone && continues(text.codePointAt(end))) {
                    end += Character.charCount(text.codePointAt(end));
                }
                if (end - at <= LONGEST) {
                    Word word = fold(text.substring(at, end));
                    if (bytes(word.folded()) <= MOST_BYTES && bytes(word.exact()) <= MOST_BYTES) {
                        words.add(word);
                    }
                }
            }
            at = end;
        }
        return words;
    }

    /** What a word takes in the database. */
    static int bytes(String word) {
        return word.getBytes(StandardCharsets.UTF_8).length;
    }

    private static boolean isPart(int point) {
        return Character.isLetterOrDigit(point);
    }

    private static boolean continues(int point) {
        return (isPart(point) && !isAlone(point)) || Character.getType(point) == Character.NON_SPACING_MARK;
    }

    private static boolean isAlone(int point) {
        Character.UnicodeScript script = Character.UnicodeScript.of(point);
        return switch (script) {
            case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
            default -> false;
        };
    }

    private static Word fold(String word) {
        String apart = Normalizer.normalize(word, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
        StringBuilder folded = new StringBuilder(apart.length());
        StringBuilder exact = new StringBuilder(apart.length());
        StringBuilder tones = new StringBuilder();
        for (int at = 0; at < apart.length(); at++) {
            char c = apart.charAt(at);
            if (c == 'đ') {
                folded.append('d');
                exact.append('đ');
            } else if (TONES.indexOf(c) >= 0) {
                tones.append(c);
            } else if (Character.getType(c) == Character.NON_SPACING_MARK) {
                exact.append(c);
            } else if (Character.isLetterOrDigit(c) || Character.isSurrogate(c)) {
                folded.append(c);
                exact.append(c);
            }
        }
        return new Word(folded.toString(), exact.append(tones).toString());
    }
}
