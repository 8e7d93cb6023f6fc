package org.holdfast.sync.failure;

/** A line of the server goes on beyond the bound. */
public class LineTooLong extends ProtocolViolation {

    private static final long serialVersionUID = 1L;

    public LineTooLong(String message) {
        super(message, null);
    }

    public LineTooLong(String message, Throwable cause) {
        super(message, cause);
    }
}
