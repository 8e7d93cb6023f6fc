package org.holdfast.webhook;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.SecretBox;
import org.holdfast.sync.ShortTransaction;

/**
 * Makes claimed deliveries, one subject after the other: sends, then records. Whoever dies between the two
 * leaves a claim that runs out, and the event is sent again under the same id: at least once.
 */
final class Courier {

    /** How many of one subject are sent before others have their turn. */
    private static final int ROUND = 50;

    private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofHours(4);

    private final ShortTransaction transactions;
    private final EndpointPolicy endpoints;
    private final SecretBox secrets;
    private final WebhookPost post;
    private final String owner;

    Courier(
            ShortTransaction transactions,
            EndpointPolicy endpoints,
            SecretBox secrets,
            WebhookPost post,
            String owner) {
        this.transactions = transactions;
        this.endpoints = endpoints;
        this.secrets = secrets;
        this.post = post;
        this.owner = owner;
    }

    /** Makes a delivery and those that come after it on its subject, as long as they succeed. */
    void run(DeliveryClaim first) {
        Optional<DeliveryClaim> next = Optional.of(first);
        for (int i = 0; i < ROUND && next.isPresent(); i++) {
            DeliveryClaim claim = next.get();
            Outcome outcome = send(claim);
            boolean more = i + 1 < ROUND && outcome.succeeded();
            next = transactions.call(h -> {
                DeliveryRows rows = new DeliveryRows(h);
                record(rows, claim, outcome);
                return more ? rows.claimNext(claim, owner) : Optional.empty();
            });
        }
    }

    /** Sends once; nothing is recorded yet. */
    Outcome send(DeliveryClaim claim) {
        try {
            Endpoint endpoint = endpoints.check(claim.url());
            int status = post.send(endpoint, headers(claim), claim.body());
            return new Outcome(status, status >= 200 && status < 300 ? null : "The endpoint answers " + status);
        } catch (IOException | Refusal e) {
            return new Outcome(null, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
    }

    private Map<String, String> headers(DeliveryClaim claim) {
        WebhookSecret secret = WebhookSecret.of(
                secrets.open(claim.accountId(), claim.webhookId(), Webhooks.SECRET, claim.sealedSecret()));
        long timestamp = transactions.call(h -> new DeliveryRows(h).seconds());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("webhook-id", claim.messageId());
        headers.put("webhook-timestamp", Long.toString(timestamp));
        headers.put("webhook-signature", secret.signature(claim.messageId(), timestamp, claim.body()));
        return headers;
    }

    private static void record(DeliveryRows rows, DeliveryClaim claim, Outcome outcome) {
        if (outcome.succeeded()) {
            rows.delivered(claim, outcome.status());
        } else if (outcome.status() != null && outcome.status() == 410) {
            rows.gone(claim);
        } else {
            int failures = rows.failures(claim.webhookId());
            Duration rest = failures < 2 ? Duration.ZERO : jittered(FIRST_WAIT, failures - 1, Duration.ofMinutes(5));
            rows.failed(
                    claim,
                    outcome.status(),
                    outcome.error(),
                    jittered(FIRST_WAIT, claim.attempts(), LONGEST_WAIT),
                    rest);
        }
    }

    /** Three times as long after each failure, with jitter, so that many do not come back at one moment. */
    static Duration jittered(Duration first, int failures, Duration most) {
        long millis = first.toMillis();
        for (int i = 0; i < failures && millis < most.toMillis(); i++) {
            millis *= 3;
        }
        long whole = Math.min(most.toMillis(), millis);
        return Duration.ofMillis(whole - ThreadLocalRandom.current().nextLong(whole / 2 + 1));
    }

    /**
     * How an attempt ended.
     *
     * @param status null: no answer
     * @param error null: the receiver has it
     */
    record Outcome(Integer status, String error) {

        boolean succeeded() {
            return error == null;
        }
    }
}
