package org.holdfast.mailbox;

import org.holdfast.refusal.Refusal;

/** A mail server that this installation does not connect to; the same answer whatever listens there. */
public class HostRefused extends Refusal {

    /** The code of a host that may not be connected to. */
    public static final String NOT_ALLOWED = "host-refused";

    /** The code of a name without an address. */
    public static final String UNKNOWN = "host-unknown";

    private static final long serialVersionUID = 1L;

    public HostRefused(String message) {
        super(Kind.UNUSABLE, NOT_ALLOWED, message);
    }

    private HostRefused(String code, String message, Throwable cause) {
        super(Kind.UNUSABLE, code, message, cause);
    }

    /** No name server knows an address of it. */
    static HostRefused unknown(String host, Throwable cause) {
        return new HostRefused(UNKNOWN, "The host " + host + " has no address: check its name", cause);
    }
}
