package org.holdfast.sync;

/**
 * A modification sequence (RFC 7162): 63 bits, beyond what a JSON number or a double holds.
 *
 * @param value 1 and up; 0 where the folder has none
 */
public record ModSeq(long value) implements Comparable<ModSeq> {

    /** The folder has no modification sequences, or the server does not know them. */
    public static final ModSeq NONE = new ModSeq(0);

    public ModSeq {
        if (value < 0) {
            throw new IllegalArgumentException("A MODSEQ is not negative: " + value);
        }
    }

    public boolean isKnown() {
        return value > 0;
    }

    @Override
    public int compareTo(ModSeq other) {
        return Long.compare(value, other.value);
    }
}
