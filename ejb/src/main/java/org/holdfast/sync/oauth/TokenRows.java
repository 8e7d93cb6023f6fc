package org.holdfast.sync.oauth;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** SQL around providers of tokens and the tokens of mailboxes, all sealed. */
final class TokenRows {

    private final Handle handle;

    TokenRows(Handle handle) {
        this.handle = handle;
    }

    /** Empty for a mailbox that signs in with a password. */
    Optional<Stored> find(long mailboxId) {
        return handle.createQuery("SELECT p.*, m.secret, m.access_token, m.access_until FROM mailbox m"
                        + " JOIN oauth_provider p ON p.code = m.oauth_provider WHERE m.id = :mailbox")
                .bind("mailbox", mailboxId)
                .map((row, context) -> stored(row))
                .findOne();
    }

    private static Stored stored(ResultSet row) throws SQLException {
        Timestamp until = row.getTimestamp("access_until");
        return new Stored(
                new OAuthProvider(
                        row.getString("code"),
                        row.getString("name"),
                        row.getString("authorize_url"),
                        row.getString("token_url"),
                        row.getString("scopes"),
                        row.getString("client_id"),
                        null),
                row.getBytes("client_secret"),
                row.getBytes("secret"),
                row.getBytes("access_token"),
                until == null ? null : until.toInstant());
    }

    /**
     * Keeps what the provider gave, unless the secret was changed or erased meanwhile.
     *
     * @param secret the new refresh token; the one it was refreshed with if that stays
     */
    void keep(long mailboxId, Stored old, byte[] secret, byte[] accessToken, Instant until) {
        handle.createUpdate("UPDATE mailbox SET secret = :secret, access_token = :token, access_until = :until"
                        + " WHERE id = :mailbox AND secret = :old")
                .bind("mailbox", mailboxId)
                .bind("old", old.secret())
                .bind("secret", secret)
                .bind("token", accessToken)
                .bind("until", until)
                .execute();
    }

    /**
     * What is stored, sealed.
     *
     * @param provider without the client's secret
     * @param secret the refresh token; null once erased
     * @param accessToken null if there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Stored(
            OAuthProvider provider, byte[] clientSecret, byte[] secret, byte[] accessToken, Instant accessUntil) {}
}
