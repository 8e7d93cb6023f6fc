package org.holdfast.sync.failure;

/** The server's answer breaks a bound that honest servers keep; nothing of it was used. */
public class ProtocolViolation extends ProviderFailure {

    private static final long serialVersionUID = 1L;

    public ProtocolViolation(String message) {
        super(message, null);
    }

    public ProtocolViolation(String message, Throwable cause) {
        super(message, cause);
    }
}
