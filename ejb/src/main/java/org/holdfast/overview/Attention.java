package org.holdfast.overview;

import java.time.Instant;

/**
 * Something that waits for a person.
 *
 * @param id of the run or mailbox
 * @param subject what it is about, such as a mailbox's address
 * @param account the account's name; empty where it concerns the installation
 * @param detail the reason as it was recorded; may come from outside and is never markup; empty where the
 *     kind says it all
 * @param count how many, where the kind counts something; else 1
 */
public record Attention(Kind kind, long id, String subject, String account, String detail, Instant since, long count) {

    /** What it is; worst first. */
    public enum Kind {
        PURGE_FAILED(Severity.DANGER),
        PURGE_SILENT(Severity.DANGER),
        PURGE_HELD(Severity.DANGER),
        AUTH_FAILED(Severity.DANGER),
        CERTIFICATE_REFUSED(Severity.DANGER),
        UNREACHABLE(Severity.WARNING),
        SYNC_FAILING(Severity.WARNING),
        PURGE_STOPPED(Severity.WARNING),
        WEBHOOK_DEAD(Severity.WARNING),
        QUARANTINED(Severity.WARNING),
        PAUSED_BY_PLAN(Severity.NOTICE);

        private final Severity severity;

        Kind(Severity severity) {
            this.severity = severity;
        }

        public Severity severity() {
            return severity;
        }

        /** Whether it is about a purge run, not a mailbox. */
        public boolean isAboutPurge() {
            return this == PURGE_FAILED || this == PURGE_SILENT || this == PURGE_HELD || this == PURGE_STOPPED;
        }
    }

    /** How soon somebody should look. */
    public enum Severity {
        DANGER,
        WARNING,
        NOTICE
    }
}
