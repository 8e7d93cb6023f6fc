package org.holdfast.message;

import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The flags of a message: the five system flags of RFC 3501 section 2.3.2 as bits, and keywords.
 * {@code \Recent} belongs to a session and is not kept.
 *
 * @param bits a sum of {@link #SEEN}, {@link #ANSWERED}, {@link #FLAGGED}, {@link #DELETED}, {@link #DRAFT}
 * @param keywords in order, without duplicates; never null
 */
public record Flags(int bits, List<String> keywords) {

    public static final int SEEN = 1;
    public static final int ANSWERED = 2;
    public static final int FLAGGED = 4;
    public static final int DELETED = 8;
    public static final int DRAFT = 16;

    /** No flag at all. */
    public static final Flags NONE = new Flags(0, List.of());

    private static final List<String> SYSTEM = List.of("\\seen", "\\answered", "\\flagged", "\\deleted", "\\draft");

    public Flags {
        if (bits < 0 || bits > 31) {
            throw new IllegalArgumentException("Flag bits are 0 to 31, not " + bits);
        }
        keywords = List.copyOf(new TreeSet<>(keywords));
    }

    /** From names as on the wire; system flags in any case, unknown flags with a backslash are dropped. */
    public static Flags ofNames(Iterable<String> names) {
        int bits = 0;
        SortedSet<String> keywords = new TreeSet<>();
        for (String name : names) {
            int position = SYSTEM.indexOf(name.toLowerCase(Locale.ROOT));
            if (position >= 0) {
                bits |= 1 << position;
            } else if (!name.startsWith("\\")) {
                keywords.add(name);
            }
        }
        return new Flags(bits, List.copyOf(keywords));
    }

    public boolean isSeen() {
        return (bits & SEEN) != 0;
    }
}
