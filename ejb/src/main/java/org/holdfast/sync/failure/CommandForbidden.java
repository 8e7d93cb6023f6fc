package org.holdfast.sync.failure;

/** A command that the pull must not send was stopped before it left. */
public class CommandForbidden extends ProviderFailure {

    private static final long serialVersionUID = 1L;

    public CommandForbidden(String message) {
        super(message, null);
    }

    public CommandForbidden(String message, Throwable cause) {
        super(message, cause);
    }
}
