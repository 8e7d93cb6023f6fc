package org.holdfast.webhook;

import org.holdfast.refusal.Refusal;

/** An address that this installation sends no events to; the same answer whatever listens there. */
public class EndpointRefused extends Refusal {

    private static final long serialVersionUID = 1L;

    public EndpointRefused(String message, Throwable cause) {
        super(Kind.UNUSABLE, "endpoint-refused", message, cause);
    }
}
