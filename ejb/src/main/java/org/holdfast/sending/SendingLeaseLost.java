package org.holdfast.sending;

/** The message has passed to another worker: nothing more of it may leave from here. */
public class SendingLeaseLost extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SendingLeaseLost(long sendingId) {
        super("Message " + sendingId + " has passed to another worker");
    }
}
