package org.holdfast.sync.failure;

/** The server answered one command with NO or BAD; others may work. */
public class CommandRefused extends ProviderFailure {

    private static final long serialVersionUID = 1L;

    public CommandRefused(String message) {
        super(message, null);
    }

    public CommandRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
