package org.holdfast.console;

import org.holdfast.retention.PurgeStatus;

/** How a run's status looks: tone and the key of its word. */
public record RunLook(PurgeStatus status) {

    static RunLook of(PurgeStatus status) {
        return new RunLook(status);
    }

    public Tone getTone() {
        return switch (status) {
            case COMPLETED -> Tone.GOOD;
            case STARTING, RUNNING -> Tone.BUSY;
            case QUEUED, STOPPING, STOPPED -> Tone.WAITING;
            case HELD -> Tone.WARNING;
            case CANCELLED -> Tone.NOTICE;
            case FAILED -> Tone.BAD;
        };
    }

    public String getKey() {
        return "run.status." + status;
    }

    /** Of a run that a view has in hand. */
    public boolean isActive() {
        return status.isActive();
    }
}
