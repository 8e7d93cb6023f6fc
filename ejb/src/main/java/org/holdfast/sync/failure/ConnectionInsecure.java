package org.holdfast.sync.failure;

/** The server would not protect the connection. No credential was sent. */
public class ConnectionInsecure extends ProviderFailure {

    private static final long serialVersionUID = 1L;

    public ConnectionInsecure(String message) {
        super(message, null);
    }

    public ConnectionInsecure(String message, Throwable cause) {
        super(message, cause);
    }
}
