package org.holdfast.block;

import java.time.Instant;
import java.util.Optional;

/**
 * A sender that is not imported.
 *
 * @param userId whose mailboxes it is for; empty: all of the account
 * @param sender a mail address, or a domain with all below it, lower-case
 * @param originals how many it keeps out
 */
public record ImportBlock(
        long id,
        long accountId,
        Optional<Long> userId,
        String sender,
        String reason,
        String createdBy,
        Instant createdAt,
        long originals) {}
