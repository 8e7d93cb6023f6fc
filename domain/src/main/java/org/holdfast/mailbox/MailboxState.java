package org.holdfast.mailbox;

/** Where a mailbox stands; each state but ACTIVE and DISCONNECTED has a next step for somebody. */
public enum MailboxState {
    ACTIVE,
    PAUSED_BY_USER,
    /** The plan does not allow it now; resumes with its settings when the plan does. */
    PAUSED_BY_PLAN,
    /** The provider refused the credentials; no further login until the owner reconnects. */
    AUTH_FAILED,
    /** The server's certificate is not for this host, expired or not trusted. */
    CERTIFICATE_REFUSED,
    /** Not reached for so long that somebody should look; tried again at long intervals. */
    UNREACHABLE,
    /** Ended by its owner; secrets are erased, copies live out their time. */
    DISCONNECTED;

    /** Whether a scheduled pass may open a connection in this state (if the plan allows it). */
    public boolean isTried() {
        return this == ACTIVE || this == UNREACHABLE;
    }
}
