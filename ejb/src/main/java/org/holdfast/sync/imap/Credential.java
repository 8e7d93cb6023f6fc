package org.holdfast.sync.imap;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.holdfast.mailbox.MailServer;

/**
 * What a mailbox signs in with: a password, or an access token.
 *
 * @param login the user name at the provider
 * @param secret in clear; never logged
 * @param isToken whether the secret is an access token (RFC 6750)
 */
public record Credential(String login, String secret, boolean isToken) {

    private static final char BETWEEN = '\u0001';

    public Credential {
        Objects.requireNonNull(login);
        Objects.requireNonNull(secret);
    }

    /** With a password. */
    public static Credential password(String login, String password) {
        return new Credential(login, password, false);
    }

    /** With an access token. */
    public static Credential token(String login, String accessToken) {
        return new Credential(login, accessToken, true);
    }

    /** The response of the mechanism PLAIN (RFC 4616). */
    public String plain() {
        return base64("\0" + login + "\0" + secret);
    }

    /** The response of the mechanism XOAUTH2, which Google and Microsoft have. */
    public String xoauth2() {
        return base64("user=" + login + BETWEEN + "auth=Bearer " + secret + BETWEEN + BETWEEN);
    }

    /** The response of the mechanism OAUTHBEARER (RFC 7628 section 3.1). */
    public String oauthBearer(MailServer server) {
        return base64("n,a=" + login.replace("=", "=3D").replace(",", "=2C") + "," + BETWEEN + "host=" + server.host()
                + BETWEEN + "port=" + server.port() + BETWEEN + "auth=Bearer " + secret + BETWEEN + BETWEEN);
    }

    /** A server's text without the secret, in the forms in which it may repeat it. */
    public String without(String text, List<String> sent) {
        String clean = secret.isEmpty() ? text : text.replace(secret, "***");
        for (String each : sent) {
            clean = each.isEmpty() ? clean : clean.replace(each, "***");
        }
        return clean;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return login + (isToken ? " with a token" : " with a password");
    }
}
