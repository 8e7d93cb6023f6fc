package org.holdfast.sync.failure;

/** The server announced a literal beyond the bound. */
public class LiteralTooLarge extends ProtocolViolation {

    private static final long serialVersionUID = 1L;

    public LiteralTooLarge(String message) {
        super(message, null);
    }

    public LiteralTooLarge(String message, Throwable cause) {
        super(message, cause);
    }
}
