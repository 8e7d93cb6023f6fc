package org.holdfast.webhook;

import java.time.Instant;
import java.util.Optional;

/**
 * One event on its way to one receiver.
 *
 * @param messageId what the receiver knows it by, the same at every attempt and replay
 * @param answer HTTP status of the last attempt; empty where there was no answer
 * @param error why the last attempt failed; empty after success
 * @param dueAt when the next attempt is due; of interest while it is pending
 */
public record Delivery(
        long id,
        String messageId,
        String type,
        String subject,
        State state,
        int attempts,
        Optional<Integer> answer,
        Optional<String> error,
        Instant recordedAt,
        Optional<Instant> lastTried,
        Instant dueAt) {

    /** Where it stands. */
    public enum State {
        PENDING,
        DELIVERED,
        /** Given up after a day of failures; can be replayed. */
        PARKED
    }
}
