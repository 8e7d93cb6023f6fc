package org.holdfast.security;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A token without its secret.
 *
 * @param name what its owner calls it, 1 to 100 characters
 * @param createdAt by the database's clock, as are the other instants
 * @param limits what it is narrowed to
 */
public record ApiToken(
        long id,
        long userId,
        String name,
        Instant createdAt,
        Instant expiresAt,
        Optional<Instant> revokedAt,
        TokenLimits limits) {

    public ApiToken {
        Objects.requireNonNull(name);
        Objects.requireNonNull(createdAt);
        Objects.requireNonNull(expiresAt);
        Objects.requireNonNull(revokedAt);
        Objects.requireNonNull(limits);
    }
}
