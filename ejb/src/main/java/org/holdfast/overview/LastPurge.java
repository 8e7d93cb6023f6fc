package org.holdfast.overview;

import java.time.Instant;
import java.util.Optional;

/**
 * The latest purge run, whatever became of it.
 *
 * @param status as the run's row has it
 * @param endedAt empty while it runs
 */
public record LastPurge(
        long runId,
        String status,
        Instant asOf,
        Instant startedAt,
        Optional<Instant> endedAt,
        long purged,
        long bytes) {}
