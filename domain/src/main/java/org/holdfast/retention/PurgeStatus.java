package org.holdfast.retention;

/** Where a purge run stands. */
public enum PurgeStatus {
    /** Recorded; no worker has begun. */
    STARTING,
    /** Workers purge, or will again as soon as a live node adopts the run. */
    RUNNING,
    /** Asked to stop; each worker ends after its present chunk. */
    STOPPING,
    /** Ended before everything was done, on request; can be restarted. */
    STOPPED,
    /** Ended before everything was done, for the reason in the run; can be restarted. */
    FAILED,
    /** Everything was done, and the run is sealed. */
    COMPLETED;

    /** Whether the run occupies the installation: only one such run exists. */
    public boolean isActive() {
        return this == STARTING || this == RUNNING || this == STOPPING;
    }

    /** Whether a restart takes it up again. */
    public boolean isRestartable() {
        return this == STOPPED || this == FAILED;
    }
}
