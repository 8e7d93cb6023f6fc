package org.holdfast.sending;

/** Where a message on its way out stands. */
public enum SendingState {
    /** Waits for its turn or its next try; nobody has it. */
    QUEUED,
    SENDING,
    /** The server answers for it, or it was found in Sent, or its sender says so. */
    SENT,
    /** Nobody got it; the reason says what to do. */
    REFUSED,
    /** The connection was lost between the final dot and the answer: never sent again by itself. */
    UNKNOWN,
    CANCELLED
}
