package org.holdfast.webhook;

/** Whether a webhook is told of events. */
public enum WebhookState {
    ENABLED,
    /** Stopped by a person. */
    DISABLED,
    /** Stopped by itself: the endpoint said that it is gone, or failed for a day. */
    DEAD
}
