package org.holdfast.security;

import jakarta.security.enterprise.credential.Credential;

/** A mail address and password as somebody sent them, and from where. */
final class PasswordAttempt implements Credential {

    private final String email;
    private final String password;
    private final String address;

    PasswordAttempt(String email, String password, String address) {
        this.email = email;
        this.password = password;
        this.address = address;
    }

    String email() {
        return email;
    }

    String password() {
        return password;
    }

    String address() {
        return address;
    }
}
