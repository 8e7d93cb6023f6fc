package org.holdfast.security;

import jakarta.security.enterprise.credential.Credential;

/** The user that a browser's session was opened for. */
final class SessionCredential implements Credential {

    private final long userId;

    SessionCredential(long userId) {
        this.userId = userId;
    }

    long userId() {
        return userId;
    }
}
