package org.holdfast.sync.failure;

/** The server nests lists deeper than the bound. */
public class NestingTooDeep extends ProtocolViolation {

    private static final long serialVersionUID = 1L;

    public NestingTooDeep(String message) {
        super(message, null);
    }

    public NestingTooDeep(String message, Throwable cause) {
        super(message, cause);
    }
}
