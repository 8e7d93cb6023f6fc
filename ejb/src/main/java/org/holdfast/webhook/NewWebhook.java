package org.holdfast.webhook;

/**
 * A webhook with its secret, which nobody can read again afterwards.
 *
 * @param secret what the receiver checks signatures with
 */
public record NewWebhook(Webhook webhook, String secret) {

    /** Without the secret. */
    @Override
    public String toString() {
        return "NewWebhook[" + webhook + "]";
    }
}
