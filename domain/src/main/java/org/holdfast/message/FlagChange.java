package org.holdfast.message;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The difference between two sets of flags: what is to be set and what is to be taken off; nothing else is
 * touched.
 *
 * @param addBits system flags to set, as in {@link Flags}
 * @param removeBits system flags to take off
 */
public record FlagChange(int addBits, int removeBits, List<String> addKeywords, List<String> removeKeywords) {

    /** Changes nothing. */
    public static final FlagChange NONE = new FlagChange(0, 0, List.of(), List.of());

    /** An atom of RFC 3501 section 9 that no server takes for anything else. */
    private static final Pattern KEYWORD = Pattern.compile("[!#$&'+,\\-./0-9:;<=>?@A-Z\\[^_`a-z|}~]{1,100}");

    public FlagChange {
        addKeywords = List.copyOf(new TreeSet<>(addKeywords));
        removeKeywords = List.copyOf(new TreeSet<>(removeKeywords));
        if ((addBits & ~31) != 0 || (removeBits & ~31) != 0 || (addBits & removeBits) != 0) {
            throw new IllegalArgumentException("Flag bits are 0 to 31, and none is both set and taken off");
        }
        if (addKeywords.stream().anyMatch(removeKeywords::contains)) {
            throw new IllegalArgumentException("A keyword is either set or taken off");
        }
        for (List<String> keywords : List.of(addKeywords, removeKeywords)) {
            keywords.stream().filter(word -> !isKeyword(word)).findAny().ifPresent(word -> {
                throw new IllegalArgumentException("Not a keyword: it has 1 to 100 ASCII characters without space,"
                        + " control characters and ( ) { % * \" \\ ]");
            });
        }
    }

    /** Whether a text can be a keyword: it goes to the server as it is. */
    public static boolean isKeyword(String text) {
        return KEYWORD.matcher(text).matches();
    }

    /** What makes one state into another. */
    public static FlagChange between(Flags base, Flags wanted) {
        return new FlagChange(
                wanted.bits() & ~base.bits(),
                base.bits() & ~wanted.bits(),
                minus(wanted.keywords(), base.keywords()),
                minus(base.keywords(), wanted.keywords()));
    }

    private static List<String> minus(List<String> from, List<String> what) {
        return from.stream().filter(word -> !what.contains(word)).toList();
    }

    /** The state after this change; what the change does not name stays. */
    public Flags applyTo(Flags flags) {
        TreeSet<String> keywords = new TreeSet<>(flags.keywords());
        keywords.addAll(addKeywords);
        keywords.removeAll(removeKeywords);
        return new Flags((flags.bits() | addBits) & ~removeBits, List.copyOf(keywords));
    }

    /** What of this change a state still lacks. */
    public FlagChange missingIn(Flags flags) {
        return between(flags, applyTo(flags));
    }

    public boolean isEmpty() {
        return equals(NONE);
    }
}
