package org.holdfast.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import java.util.Optional;

/** The token that a request of the API came with, found right. */
public record PresentedToken(long tokenId, SignedIn user, TokenLimits limits) {

    private static final String ATTRIBUTE = "org.holdfast.token";

    public PresentedToken {
        Objects.requireNonNull(user);
        Objects.requireNonNull(limits);
    }

    /** The token of a request; empty where it came without. */
    public static Optional<PresentedToken> of(HttpServletRequest request) {
        return Optional.ofNullable((PresentedToken) request.getAttribute(ATTRIBUTE));
    }

    void putOn(HttpServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /** The principal's name: the user's id, and the account that the token is narrowed to. */
    String principal() {
        return user.userId() + limits.accountId().map(account -> "@" + account).orElse("");
    }
}
