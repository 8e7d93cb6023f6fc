package org.holdfast.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.security.ApiToken;
import org.holdfast.security.IssuedToken;
import org.holdfast.security.TokenScope;

/** A token without its secret. */
public record TokenView(
        String id,
        String name,
        Instant createdAt,
        Instant expiresAt,
        Optional<Instant> revokedAt,
        Optional<List<String>> scopes,
        Optional<String> accountId) {

    /**
     * A new token.
     *
     * @param token the secret, shown this once
     */
    public record Issued(
            String id,
            String name,
            Instant createdAt,
            Instant expiresAt,
            Optional<List<String>> scopes,
            Optional<String> accountId,
            String token) {}

    private static Optional<List<String>> scopes(ApiToken token) {
        return token.limits()
                .scopes()
                .map(all -> all.stream().sorted().map(TokenScope::code).toList());
    }

    private static Optional<String> account(ApiToken token) {
        return token.limits().accountId().map(Id::of);
    }

    static TokenView of(ApiToken token) {
        return new TokenView(
                Id.of(token.id()),
                token.name(),
                token.createdAt(),
                token.expiresAt(),
                token.revokedAt(),
                scopes(token),
                account(token));
    }

    static Issued issued(IssuedToken issued) {
        ApiToken token = issued.token();
        return new Issued(
                Id.of(token.id()),
                token.name(),
                token.createdAt(),
                token.expiresAt(),
                scopes(token),
                account(token),
                issued.secret().reveal());
    }
}
