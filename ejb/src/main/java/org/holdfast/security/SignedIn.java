package org.holdfast.security;

import java.util.Objects;
import org.holdfast.account.Role;

/** A user whose password or token was found right. */
public record SignedIn(long userId, Role role) {

    public SignedIn {
        Objects.requireNonNull(role);
    }
}
