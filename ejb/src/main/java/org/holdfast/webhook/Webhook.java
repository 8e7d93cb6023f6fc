package org.holdfast.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A receiver of events, without its secret.
 *
 * @param accountId whose events; empty: those of the whole installation
 * @param eventTypes names as receivers see them
 * @param stateReason why it is in its state, in words
 * @param failures attempts in a row that failed
 * @param pending deliveries that wait, and parked ones that were given up
 * @param version raised by every change of a person
 */
public record Webhook(
        long id,
        Optional<Long> accountId,
        String url,
        List<String> eventTypes,
        WebhookState state,
        Instant stateSince,
        Optional<String> stateReason,
        int failures,
        Optional<Instant> failingSince,
        long pending,
        long parked,
        String createdBy,
        Instant createdAt,
        long version) {

    public Webhook {
        eventTypes = List.copyOf(eventTypes);
    }
}
