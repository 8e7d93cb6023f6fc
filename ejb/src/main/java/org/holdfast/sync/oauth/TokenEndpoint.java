package org.holdfast.sync.oauth;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.sync.failure.AuthenticationRejected;
import org.holdfast.sync.failure.ProviderBusy;
import org.holdfast.sync.failure.ProviderFailure;
import org.holdfast.sync.imap.WireLimits;

/**
 * Asks a provider for access tokens (RFC 6749). Only the clear word that the permission has ended counts as a
 * refusal; everything else, a wrong client of this installation included, is tried again. Talks to the provider:
 * never in a transaction.
 */
public final class TokenEndpoint {

    /** The user's permission is gone; the last three are Microsoft's. */
    private static final Set<String> ENDED =
            Set.of("invalid_grant", "interaction_required", "consent_required", "login_required");

    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration USUAL = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    private final FormPost post;

    /** Under the policy of mail servers. */
    public TokenEndpoint(HostPolicy hosts, WireLimits limits, SSLSocketFactory tls) {
        this.post = new FormPost(hosts, limits, tls);
    }

    /**
     * A new access token.
     *
     * @throws AuthenticationRejected if the permission was withdrawn or has run out
     * @throws ProviderFailure for any other reason: to be tried again
     */
    public Grant refresh(OAuthProvider provider, String refreshToken) throws IOException {
        Map<String, String> fields = client(provider);
        fields.put("grant_type", "refresh_token");
        fields.put("refresh_token", refreshToken);
        return ask(provider, fields);
    }

    private static Map<String, String> client(OAuthProvider provider) throws ProviderFailure {
        if (provider.clientId() == null) {
            throw new ProviderFailure(
                    "This installation is not known at " + provider.name() + ": the administrator enters its client id",
                    null);
        }
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("client_id", provider.clientId());
        if (provider.clientSecret() != null) {
            fields.put("client_secret", provider.clientSecret());
        }
        return fields;
    }

    private Grant ask(OAuthProvider provider, Map<String, String> fields) throws IOException {
        FormPost.Answer answer = post.send(provider.tokenUrl(), fields);
        JsonObject json = object(answer.body());
        if (answer.status() == 200 && !text(json, "access_token").isEmpty()) {
            String refresh = text(json, "refresh_token");
            return new Grant(text(json, "access_token"), lifetime(json), refresh.isEmpty() ? null : refresh);
        }
        String error = text(json, "error");
        if (answer.status() >= 400 && answer.status() < 500 && ENDED.contains(error)) {
            throw new AuthenticationRejected(provider.name() + " has ended the permission (" + error + "): sign in at "
                    + provider.name() + " again");
        }
        String shown = error.matches("[a-z_]{1,50}") ? ", " + error : "";
        throw new ProviderBusy(
                "The token endpoint of " + provider.name() + " gave no token (status " + answer.status() + shown + ")",
                null);
    }

    private static Duration lifetime(JsonObject json) {
        JsonValue seconds = json.get("expires_in");
        Duration stated = seconds instanceof JsonNumber number ? Duration.ofSeconds(number.longValue()) : USUAL;
        return stated.compareTo(SHORTEST) < 0 ? SHORTEST : stated.compareTo(LONGEST) > 0 ? LONGEST : stated;
    }

    private static JsonObject object(String body) {
        try (JsonReader reader = Json.createReader(new StringReader(body))) {
            return reader.readObject();
        } catch (JsonException | IllegalStateException | ClassCastException e) {
            return JsonValue.EMPTY_JSON_OBJECT;
        }
    }

    /** Empty if there is none. */
    private static String text(JsonObject json, String name) {
        return json.get(name) instanceof JsonString string ? string.getString() : "";
    }
}
