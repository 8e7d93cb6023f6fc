package org.holdfast.security;

/** A new token with its secret, which nobody can read again afterwards. */
public record IssuedToken(ApiToken token, SecretToken secret) {}
