package org.holdfast.webhook;

import java.util.List;
import java.util.Optional;

/**
 * A webhook as somebody wants it.
 *
 * @param accountId empty: of the whole installation
 * @param eventTypes names such as message.received
 */
public record WebhookDraft(Optional<Long> accountId, String url, List<String> eventTypes) {

    public WebhookDraft {
        eventTypes = List.copyOf(eventTypes);
    }
}
