package org.holdfast.retention;

import java.time.Instant;
import java.util.Optional;

/**
 * A legal hold: a named order that keeps copies of an account, or of one mailbox, whatever the plan: all of
 * them, or those that meet a query.
 *
 * @param mailboxId the mailbox; empty: the whole account
 * @param query which copies; empty: all
 * @param endsAt first instant at which it no longer holds; empty: until somebody releases it
 * @param released who ended it, when and why; empty while nobody has
 */
public record Hold(
        long id,
        long accountId,
        Optional<Long> mailboxId,
        Optional<HoldQuery> query,
        String name,
        String reason,
        Optional<Instant> endsAt,
        Status status,
        Progress progress,
        Step placed,
        Optional<Step> released) {

    /** Something that somebody did at an instant. */
    public record Step(String by, Instant at, String reason) {}

    /**
     * How far the walk over the copies of a hold by query is.
     *
     * @param looked copies looked at, of those that were there
     * @param held copies that it counts on; in lists 10,000 means that many or more
     */
    public record Progress(long looked, long toLook, long held) {}

    /** Where a hold stands. */
    public enum Status {
        /** By query: counts on what arrives and on what was looked at; not yet on every copy. */
        PLACING,
        /** Every copy that it means is kept. */
        IN_FORCE,
        /** Released; taken off the copies one by one, each with its grace. */
        RELEASING,
        /** Over. */
        RELEASED
    }

    /** Whether every copy that it means is kept. */
    public boolean isInForce() {
        return status == Status.IN_FORCE;
    }
}
