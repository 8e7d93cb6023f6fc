package org.holdfast.mailbox;

import org.holdfast.refusal.Refusal;

/** A mail server that this installation does not connect to; the same answer whatever listens there. */
public class HostRefused extends Refusal {

    private static final long serialVersionUID = 1L;

    public HostRefused(String message) {
        this(message, null);
    }

    public HostRefused(String message, Throwable cause) {
        super(Kind.UNUSABLE, "host-refused", message, cause);
    }
}
