package org.holdfast.retention;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A run that somebody asks for.
 *
 * @param asOf the instant of the due rule; absent: now
 * @param previewId the preview that it is to carry out; absent: those of the changes that came into force since
 *     the last completed run
 * @param priority 1 to 9 among queued runs, 1 first; absent: narrower scopes first
 * @param copiesPerSecond over all workers; absent: as the installation is set
 */
public record PurgeRequest(
        PurgeScope scope,
        Optional<Instant> asOf,
        Optional<Long> previewId,
        Optional<Integer> priority,
        Optional<Integer> copiesPerSecond) {

    public PurgeRequest {
        Objects.requireNonNull(scope);
        if (priority.filter(p -> p < 1 || p > 9).isPresent()) {
            throw new IllegalArgumentException("A priority is 1 to 9, not " + priority.get());
        }
        if (copiesPerSecond.filter(rate -> rate < 1).isPresent()) {
            throw new IllegalArgumentException("A rate is 1 copy a second or more, not " + copiesPerSecond.get());
        }
    }

    /** A run of a scope as of an instant, for the rest as the installation is set; null: now, no stated preview. */
    public static PurgeRequest of(PurgeScope scope, Instant asOf, Long previewId) {
        return new PurgeRequest(
                scope, Optional.ofNullable(asOf), Optional.ofNullable(previewId), Optional.empty(), Optional.empty());
    }

    /** The priority that was asked for, or that of the scope: the narrower, the sooner. */
    public int place() {
        return priority.orElse(
                switch (scope.kind()) {
                    case MAILBOX -> 2;
                    case ACCOUNT -> 3;
                    case PLAN -> 4;
                    case EVERYTHING -> 5;
                });
    }
}
