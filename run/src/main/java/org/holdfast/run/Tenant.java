package org.holdfast.run;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;

/**
 * An account with an owner, made through the public API.
 *
 * @param administrator who made it
 * @param owner the API as its owner
 * @param ownerEmail what the owner signs in with
 * @param ownerPassword random; kept to be told to the person at the screen
 */
public record Tenant(
        HoldfastApi administrator,
        HoldfastApi owner,
        String id,
        String ownerId,
        String ownerEmail,
        String ownerPassword) {

    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * Creates the account with its subscription from now on, and its owner.
     *
     * @param until end of the subscription; null: open
     */
    public static Tenant create(HoldfastApi administrator, String name, String plan, Instant until, String email) {
        String account = administrator
                .post("accounts", Json.createObjectBuilder().add("name", name).build())
                .getString("id");
        JsonObjectBuilder subscription =
                Json.createObjectBuilder().add("planCode", plan).add("reason", "Set up");
        if (until != null) {
            subscription.add("until", until.toString());
        }
        administrator.post("accounts/" + account + "/subscriptions", subscription.build());
        String password = password();
        JsonObject user = administrator.post(
                "accounts/" + account + "/users",
                Json.createObjectBuilder()
                        .add("email", email)
                        .add("displayName", "Owner of " + name)
                        .add("password", password)
                        .build());
        JsonObject token = administrator
                .as(null)
                .post(
                        "tokens",
                        Json.createObjectBuilder()
                                .add("name", "set up")
                                .add("email", email)
                                .add("password", password)
                                .build());
        return new Tenant(
                administrator,
                administrator.as(token.getString("token")),
                account,
                user.getString("id"),
                email,
                password);
    }

    /**
     * Connects a mailbox of the owner to a provider on this machine.
     *
     * @return the mailbox's id
     */
    public String connect(MailProvider provider, String address, String password) {
        JsonObjectBuilder mailbox = Json.createObjectBuilder()
                .add("accountId", id)
                .add("ownerId", ownerId)
                .add("address", address)
                .add("login", address)
                .add("password", password)
                .add("imap", server(provider.imapPort()));
        provider.smtpPort().ifPresent(port -> mailbox.add("smtp", server(port)));
        return owner.post("mailboxes", mailbox.build()).getString("id");
    }

    /** A password that nobody guesses. */
    public static String password() {
        byte[] bits = new byte[12];
        RANDOM.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    private static JsonObjectBuilder server(int port) {
        return Json.createObjectBuilder()
                .add("host", "127.0.0.1")
                .add("port", port)
                .add("security", "NONE");
    }
}
