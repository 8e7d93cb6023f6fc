package org.holdfast.notice;

/** How far a notice has come. */
public enum NoticeStatus {
    /** Waits for its instant, or for the next try after a temporary refusal. */
    PLANNED,
    /** A node is handing it to the relay. */
    SENDING,
    /** The relay took it. */
    SENT,
    /** The relay refused it for good, or its time ran out before the relay took it. */
    FAILED,
    /** Nobody knows whether the relay took it; never sent again unless a person says so. */
    UNKNOWN,
    /** Not needed any more. */
    CANCELLED;

    /** Whether a person may have it sent again. */
    public boolean canBeResent() {
        return this == FAILED || this == UNKNOWN;
    }
}
