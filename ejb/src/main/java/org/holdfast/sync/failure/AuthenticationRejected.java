package org.holdfast.sync.failure;

/** The provider refused the credentials. Not to be tried again with the same ones: accounts get locked. */
public class AuthenticationRejected extends ProviderFailure {

    private static final long serialVersionUID = 1L;

    public AuthenticationRejected(String message) {
        super(message, null);
    }

    public AuthenticationRejected(String message, Throwable cause) {
        super(message, cause);
    }
}
