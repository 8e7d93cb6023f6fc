package org.holdfast.api;

import java.time.Instant;
import java.util.Optional;
import org.holdfast.security.ApiToken;
import org.holdfast.security.IssuedToken;

/** A token without its secret. */
public record TokenView(String id, String name, Instant createdAt, Instant expiresAt, Optional<Instant> revokedAt) {

    /**
     * A new token.
     *
     * @param token the secret, shown this once
     */
    public record Issued(String id, String name, Instant createdAt, Instant expiresAt, String token) {}

    static TokenView of(ApiToken token) {
        return new TokenView(Id.of(token.id()), token.name(), token.createdAt(), token.expiresAt(), token.revokedAt());
    }

    static Issued issued(IssuedToken issued) {
        ApiToken token = issued.token();
        return new Issued(
                Id.of(token.id()),
                token.name(),
                token.createdAt(),
                token.expiresAt(),
                issued.secret().reveal());
    }
}
