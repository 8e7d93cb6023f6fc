package org.holdfast.security;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.holdfast.account.Role;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** Looks up who a mail address, a token or a session belongs to; disabled users are nobody. */
class CredentialTable {

    private final Handle handle;

    CredentialTable(Handle handle) {
        this.handle = handle;
    }

    /** A user and the hash of the password, null where there is none. */
    record Known(SignedIn user, String passwordHash) {}

    Optional<Known> byEmail(String email) {
        return handle.createQuery("SELECT id, role, password_hash FROM app_user"
                        + " WHERE lower(email) = lower(:email) AND disabled_at IS NULL")
                .bind("email", email)
                .map((row, context) -> new Known(signedIn(row, context), row.getString("password_hash")))
                .findOne();
    }

    /** Expiry and revocation are judged by the database's own clock. */
    Optional<PresentedToken> byToken(byte[] sha256) {
        return handle.createQuery(
                        "SELECT u.id, u.role, t.id AS token, t.scopes, t.account_id FROM api_token t JOIN app_user u ON u.id = t.user_id"
                                + " WHERE t.hash = :hash AND t.revoked_at IS NULL"
                                + "   AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())"
                                + "   AND u.disabled_at IS NULL")
                .bind("hash", sha256)
                .map((row, context) ->
                        new PresentedToken(row.getLong("token"), signedIn(row, context), ApiTokenTable.limits(row)))
                .findOne();
    }

    Optional<SignedIn> byId(long userId) {
        return handle.createQuery("SELECT id, role FROM app_user WHERE id = :id AND disabled_at IS NULL")
                .bind("id", userId)
                .map(CredentialTable::signedIn)
                .findOne();
    }

    private static SignedIn signedIn(ResultSet row, StatementContext context) throws SQLException {
        return new SignedIn(row.getLong("id"), Role.valueOf(row.getString("role")));
    }
}
