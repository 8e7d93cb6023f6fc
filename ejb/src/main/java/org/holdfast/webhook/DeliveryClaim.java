package org.holdfast.webhook;

import java.time.Instant;

/**
 * A delivery that one worker makes now.
 *
 * @param token fences off earlier holders
 * @param accountId the webhook's; 0: the installation's
 * @param sealedSecret as it is stored
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record DeliveryClaim(
        long id,
        long token,
        long webhookId,
        long accountId,
        String url,
        byte[] sealedSecret,
        long eventId,
        String subject,
        String type,
        String payload,
        Instant recordedAt,
        int attempts) {

    /** What the receiver knows the event by, the same at every attempt: it can leave out what it has seen. */
    String messageId() {
        return "evt_" + eventId;
    }

    /** The body, the same at every attempt. */
    String body() {
        return "{\"id\":\"" + messageId() + "\",\"type\":\"" + type + "\",\"timestamp\":\"" + recordedAt
                + "\",\"subject\":\"" + subject + "\",\"data\":" + payload + "}";
    }
}
