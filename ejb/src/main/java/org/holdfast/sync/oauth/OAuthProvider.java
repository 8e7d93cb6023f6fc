package org.holdfast.sync.oauth;

/**
 * A provider that issues tokens, and as which client this installation is known there.
 *
 * @param name for people
 * @param clientId null while the installation has none
 * @param clientSecret in clear; null for a public client
 */
public record OAuthProvider(
        String code,
        String name,
        String authorizeUrl,
        String tokenUrl,
        String scopes,
        String clientId,
        String clientSecret) {

    /** Without the secret. */
    @Override
    public String toString() {
        return name + " at " + tokenUrl;
    }
}
