package org.holdfast.work;

/** Where work stands. */
public enum WorkStatus {
    WAITING,
    RUNNING,
    COMPLETED,
    /** Given up; the failure says why. What its steps did is done. */
    FAILED,
    /** Ended by a person; what its steps did is done. */
    CANCELLED;

    /** Whether nothing more happens. */
    public boolean isEnded() {
        return this == COMPLETED || this == FAILED || this == CANCELLED;
    }
}
