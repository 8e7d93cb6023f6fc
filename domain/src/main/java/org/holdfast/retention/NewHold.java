package org.holdfast.retention;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A hold to place.
 *
 * @param mailboxId the mailbox; empty: the whole account
 * @param query which copies; empty: all
 * @param name 1 to 200 characters, how people speak of it
 * @param reason 1 to 2,000 characters
 * @param endsAt first instant at which it no longer holds; empty: until somebody releases it
 */
public record NewHold(
        long accountId,
        Optional<Long> mailboxId,
        Optional<HoldQuery> query,
        String name,
        String reason,
        Optional<Instant> endsAt) {

    public NewHold {
        Objects.requireNonNull(mailboxId);
        Objects.requireNonNull(query);
        Objects.requireNonNull(endsAt);
    }

    /** A hold on everything of an account or mailbox until it is released. */
    public static NewHold onAll(long accountId, Long mailboxId, String name, String reason) {
        return new NewHold(accountId, Optional.ofNullable(mailboxId), Optional.empty(), name, reason, Optional.empty());
    }
}
