package org.holdfast.security;

import jakarta.security.enterprise.credential.Credential;

/** A token from an Authorization header (RFC 6750 section 2.1). */
final class BearerCredential implements Credential {

    private final SecretToken token;

    BearerCredential(SecretToken token) {
        this.token = token;
    }

    SecretToken token() {
        return token;
    }
}
