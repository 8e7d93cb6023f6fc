package org.holdfast.retention;

import java.util.Optional;

/**
 * What a preview says of one mailbox.
 *
 * @param planCode the account's plan at the preview's instant, as it supposes
 * @param anywayCopies of the due ones those that are due at the baseline too
 */
public record PreviewMailbox(
        long accountId,
        String accountName,
        long mailboxId,
        String address,
        String planCode,
        long dueCopies,
        long dueBytes,
        long anywayCopies,
        long anywayBytes,
        Kept kept,
        Optional<SyncChange> syncChange) {

    /** What the supposed plan does to its synchronisation. */
    public enum SyncChange {
        STOPS,
        RESUMES
    }
}
