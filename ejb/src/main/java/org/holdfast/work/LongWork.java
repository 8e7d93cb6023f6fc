package org.holdfast.work;

import jakarta.json.JsonObject;
import java.time.Instant;
import java.util.Optional;

/**
 * A piece of long work.
 *
 * @param parameters what was asked for; each kind has its own
 * @param cursor where the next step begins; each kind has its own meaning
 * @param total how much there is to do, where that is known
 * @param result what came of it so far
 */
public record LongWork(
        long id,
        String kind,
        Optional<Long> accountId,
        long userId,
        String requestedBy,
        Instant requestedAt,
        JsonObject parameters,
        WorkStatus status,
        long cursor,
        long done,
        Optional<Long> total,
        JsonObject result,
        Optional<String> failure,
        Optional<Instant> endedAt) {}
