package org.holdfast.sync;

import java.time.Instant;

/**
 * An original that could not be read.
 *
 * @param reason as the provider gave it; may come from outside and is never markup
 * @param retryAt when it is asked for again; null: in the next pass that meets it
 */
public record GivenUpOriginal(
        long folderId, long uid, String reason, int tries, Instant firstSeen, Instant lastTried, Instant retryAt) {}
