package org.holdfast.retention;

import java.time.Instant;
import java.util.Optional;

/**
 * A legal hold: a named order that keeps every copy of an account, or of one mailbox, whatever the plan.
 *
 * @param mailboxId the mailbox; empty: the whole account
 * @param released who ended it, when and why; empty while it is in force
 */
public record Hold(
        long id,
        long accountId,
        Optional<Long> mailboxId,
        String name,
        String reason,
        Step placed,
        Optional<Step> released) {

    /** Something that somebody did at an instant. */
    public record Step(String by, Instant at, String reason) {}

    public boolean isInForce() {
        return released.isEmpty();
    }
}
