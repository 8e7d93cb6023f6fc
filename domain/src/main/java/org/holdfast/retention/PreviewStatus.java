package org.holdfast.retention;

/** How far a stored preview has come. */
public enum PreviewStatus {
    /** Nobody works on it yet. */
    WAITING,
    RUNNING,
    /** Complete, with its hash; never changed again. */
    READY,
    FAILED,
    CANCELLED;

    /** Whether it will change without anybody's doing. */
    public boolean isOpen() {
        return this == WAITING || this == RUNNING;
    }
}
