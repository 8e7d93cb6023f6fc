package org.holdfast.sync.oauth;

import java.time.Duration;

/**
 * What a token endpoint gave (RFC 6749 section 5.1).
 *
 * @param refreshToken null where the one that is known stays
 */
public record Grant(String accessToken, Duration lifetime, String refreshToken) {

    /** Without the tokens. */
    @Override
    public String toString() {
        return "a token for " + lifetime;
    }
}
