package org.holdfast.sync.failure;

/** The connection could not be opened or ended before the answer was complete. */
public class ConnectionLost extends ProviderFailure {

    private static final long serialVersionUID = 1L;

    public ConnectionLost(String message) {
        super(message, null);
    }

    public ConnectionLost(String message, Throwable cause) {
        super(message, cause);
    }
}
