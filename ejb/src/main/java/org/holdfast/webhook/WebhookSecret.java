package org.holdfast.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a receiver checks signatures with: 256 random bits, shown once (Standard Webhooks, symmetric). */
final class WebhookSecret {

    private static final String PREFIX = "whsec_";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String text;

    private WebhookSecret(String text) {
        this.text = text;
    }

    static WebhookSecret random() {
        byte[] bits = new byte[32];
        RANDOM.nextBytes(bits);
        return new WebhookSecret(PREFIX + Base64.getEncoder().encodeToString(bits));
    }

    /** What was stored sealed. */
    static WebhookSecret of(String text) {
        return new WebhookSecret(text);
    }

    String reveal() {
        return text;
    }

    /**
     * The header webhook-signature: HMAC-SHA256 over id, time stamp and body.
     *
     * @param timestamp seconds since 1970
     */
    String signature(String messageId, long timestamp, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(text.substring(PREFIX.length())), "HmacSHA256"));
            byte[] signed = mac.doFinal((messageId + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(signed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has HmacSHA256", e);
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return PREFIX + "...";
    }
}
