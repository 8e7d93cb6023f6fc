package org.holdfast.sync;

/**
 * Tells whether UIDs of an earlier session still mean the same messages.
 *
 * @param value 1 to 4294967295
 */
public record UidValidity(long value) {

    public UidValidity {
        if (value < 1 || value > Uid.MAX) {
            throw new IllegalArgumentException("A UIDVALIDITY is 1 to " + Uid.MAX + ", not " + value);
        }
    }
}
