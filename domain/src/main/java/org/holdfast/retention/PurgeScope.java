package org.holdfast.retention;

import java.util.Objects;

/**
 * What a run or preview covers.
 *
 * @param kind how wide
 * @param reference the plan's code, the account's or the mailbox's id; null for everything
 */
public record PurgeScope(Kind kind, String reference) {

    /** How wide a scope is. */
    public enum Kind {
        EVERYTHING,
        PLAN,
        ACCOUNT,
        MAILBOX
    }

    /** The whole installation. */
    public static final PurgeScope EVERYTHING = new PurgeScope(Kind.EVERYTHING, null);

    public PurgeScope {
        Objects.requireNonNull(kind);
        if ((kind == Kind.EVERYTHING) != (reference == null)) {
            throw new IllegalArgumentException("A scope of one " + kind + " names it; everything names nothing");
        }
        if ((kind == Kind.ACCOUNT || kind == Kind.MAILBOX) && !reference.matches("[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException("Not an id: " + reference);
        }
    }
}
