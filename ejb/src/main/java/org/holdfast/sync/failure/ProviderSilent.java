package org.holdfast.sync.failure;

/** The server did not answer in time. */
public class ProviderSilent extends ProviderFailure {

    private static final long serialVersionUID = 1L;

    public ProviderSilent(String message) {
        super(message, null);
    }

    public ProviderSilent(String message, Throwable cause) {
        super(message, cause);
    }
}
