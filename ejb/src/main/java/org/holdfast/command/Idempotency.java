package org.holdfast.command;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.holdfast.refusal.Refusal;

/**
 * A key under which a request counts once, however often it is sent.
 *
 * @param key of the caller's choice; null: none
 * @param sha256 of what was asked under it
 */
@SuppressWarnings("ArrayRecordComponent") // compared by MessageDigest
public record Idempotency(String key, byte[] sha256) {

    private static final int LONGEST = 255;

    /**
     * Of a request.
     *
     * @param key null: it counts each time
     * @throws Refusal for an empty key or one of more than 255 characters
     */
    public static Idempotency of(String key, Object request) {
        if (key != null
                && (key.isBlank() || key.length() > LONGEST || key.chars().anyMatch(c -> c < 32))) {
            throw new Refusal(
                    Refusal.Kind.INVALID, "idempotency-key-unusable", "An Idempotency-Key has 1 to 255 characters");
        }
        return new Idempotency(key, digest(String.valueOf(request)));
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /**
     * Makes sure that the same was asked before.
     *
     * @throws Refusal with code {@code idempotency-key-reused}
     */
    public void requireSame(byte[] before) {
        if (!MessageDigest.isEqual(before, sha256)) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "idempotency-key-reused",
                    "The Idempotency-Key " + key + " was used for another request: take a new one");
        }
    }
}
