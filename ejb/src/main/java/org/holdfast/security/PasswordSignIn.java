package org.holdfast.security;

import java.util.Objects;

/** What a person signs in with; prints without the password. */
public record PasswordSignIn(String email, String password) {

    public PasswordSignIn {
        Objects.requireNonNull(email);
        Objects.requireNonNull(password);
    }

    @Override
    public String toString() {
        return email;
    }
}
