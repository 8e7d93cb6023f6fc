package org.holdfast.mailbox;

import java.util.Objects;

/**
 * One line of a connection test.
 *
 * @param detail what was found or why it failed, in words; null where the outcome says it all
 */
public record ConnectionCheck(Step step, Outcome outcome, String detail) {

    public ConnectionCheck {
        Objects.requireNonNull(step);
        Objects.requireNonNull(outcome);
    }

    /** What is tried, in this order. */
    public enum Step {
        /** The plan allows one more mailbox, and the address is not connected yet. */
        PLAN,
        /** The IMAP server's name has an address. */
        NAME,
        /** That address may be connected to. */
        ALLOWED,
        /** It answers, and proves who it is. */
        TLS,
        LOGIN,
        FOLDERS,
        /** The submission server takes the same sign-in. */
        SEND
    }

    /** How it ended. */
    public enum Outcome {
        PASSED,
        FAILED,
        /** A step before it failed. */
        NOT_TRIED,
        /** Nothing was asked for: the mailbox only receives. */
        LEFT_OUT
    }
}
