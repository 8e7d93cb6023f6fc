package org.holdfast.notice;

/** Where notices are handed over for delivery. */
@FunctionalInterface
public interface Relay {

    /**
     * Hands one message over, once. Never throws for what a server or network did.
     *
     * @param from the sender's address
     * @param to the recipient's address
     * @param message RFC 5322
     */
    Delivery send(String from, String to, byte[] message);

    /**
     * What came of it.
     *
     * @param detail what the server said, or what went wrong; may be null when taken
     */
    record Delivery(Outcome outcome, String detail) {}

    /** What is known of a message that was handed over. */
    enum Outcome {
        TAKEN,
        REFUSED,
        /** Not taken now; may be tried again. */
        POSTPONED,
        /** The connection was lost when the message might have been taken. */
        UNKNOWN
    }
}
