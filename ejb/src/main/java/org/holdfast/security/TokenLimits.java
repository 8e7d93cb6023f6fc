package org.holdfast.security;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a token is narrowed to.
 *
 * @param scopes empty: everything that its user may
 * @param accountId empty: every account that its user sees
 */
public record TokenLimits(Optional<Set<TokenScope>> scopes, Optional<Long> accountId) {

    /** As wide as its user. */
    public static final TokenLimits NONE = new TokenLimits(Optional.empty(), Optional.empty());

    public TokenLimits {
        scopes = scopes.map(Set::copyOf);
        Objects.requireNonNull(accountId);
    }

    /** Whether it may be used for something. */
    public boolean allows(TokenScope scope) {
        return scopes.map(all -> all.contains(scope)).orElse(true);
    }

    /** Whether it is as wide as its user. */
    public boolean areNone() {
        return scopes.isEmpty() && accountId.isEmpty();
    }
}
