package org.holdfast.retention;

/** Where a purge run stands. */
public enum PurgeStatus {
    /** Waits for the end of a run that it does not overlap; begins by itself. */
    QUEUED,
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
    /** Looked, removed nothing, and waits for an administrator's approval, for the reasons in the run. */
    HELD,
    /** Given up by an administrator before it was done; what it had removed stays in the ledger. */
    CANCELLED,
    /** Everything was done, and the run is sealed. */
    COMPLETED;

    /** Whether the run occupies the installation: only one such run exists. */
    public boolean isActive() {
        return this == STARTING || this == RUNNING || this == STOPPING;
    }

    /** Whether it may still remove something without being asked again. */
    public boolean isOpen() {
        return isActive() || this == QUEUED;
    }

    /** Whether a restart takes it up again. */
    public boolean isRestartable() {
        return this == STOPPED || this == FAILED;
    }
}
