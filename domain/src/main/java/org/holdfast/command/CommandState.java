package org.holdfast.command;

/** Where a command stands. */
public enum CommandState {
    /** Waits for its turn, for its next try, or for the mailbox. */
    QUEUED,
    RUNNING,
    DONE,
    /** The provider would not, or it makes no sense any more; the reason says what to do. */
    REFUSED,
    CANCELLED,
    /** Nobody knows what became of it. */
    UNKNOWN;

    /** Whether something is still to come. */
    public boolean isOpen() {
        return this == QUEUED || this == RUNNING;
    }
}
