package org.holdfast.security;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The rows of tokens. All instants are the database's own, so that every node judges alike. */
class ApiTokenTable {

    private static final String COLUMNS = " id, user_id, name, created_at, expires_at, revoked_at, scopes, account_id ";

    private final Handle handle;

    ApiTokenTable(Handle handle) {
        this.handle = handle;
    }

    /** Seconds from now to an instant by the database's clock; negative in the past. */
    long secondsUntil(Instant instant) {
        return handle.createQuery("SELECT floor(extract(epoch FROM :at - clock_timestamp()))::bigint")
                .bind("at", Timestamp.from(instant))
                .mapTo(Long.class)
                .one();
    }

    ApiToken insert(long userId, String name, byte[] sha256, long seconds) {
        return insert(userId, name, sha256, seconds, TokenLimits.NONE);
    }

    ApiToken insert(long userId, String name, byte[] sha256, long seconds, TokenLimits limits) {
        return handle.createQuery("INSERT INTO api_token (user_id, name, hash, created_at, expires_at, scopes,"
                        + " account_id) VALUES (:user, :name, :hash, clock_timestamp(),"
                        + " clock_timestamp() + :seconds * interval '1 second', CAST(:scopes AS text[]), :account)"
                        + " RETURNING" + COLUMNS)
                .bind("user", userId)
                .bind("name", name)
                .bind("hash", sha256)
                .bind("seconds", seconds)
                .bind("scopes", scopes(limits))
                .bind("account", limits.accountId().orElse(null))
                .map(ApiTokenTable::token)
                .one();
    }

    List<ApiToken> page(long userId, long afterId, int limit) {
        return handle.createQuery("SELECT" + COLUMNS + "FROM api_token WHERE user_id = :user AND id > :after"
                        + " ORDER BY id LIMIT :limit")
                .bind("user", userId)
                .bind("after", afterId)
                .bind("limit", limit)
                .map(ApiTokenTable::token)
                .list();
    }

    Optional<ApiToken> find(long id) {
        return handle.createQuery("SELECT" + COLUMNS + "FROM api_token WHERE id = :id")
                .bind("id", id)
                .map(ApiTokenTable::token)
                .findOne();
    }

    /** Ends a token; false if it had ended before. */
    boolean revoke(long id) {
        return handle.createUpdate(
                                "UPDATE api_token SET revoked_at = clock_timestamp() WHERE id = :id AND revoked_at IS NULL")
                        .bind("id", id)
                        .execute()
                == 1;
    }

    private static ApiToken token(ResultSet row, StatementContext context) throws SQLException {
        Timestamp revoked = row.getTimestamp("revoked_at");
        return new ApiToken(
                row.getLong("id"),
                row.getLong("user_id"),
                row.getString("name"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("expires_at").toInstant(),
                Optional.ofNullable(revoked).map(Timestamp::toInstant),
                limits(row));
    }

    private static String scopes(TokenLimits limits) {
        return limits.scopes()
                .map(all -> all.stream().map(TokenScope::code).sorted().collect(Collectors.joining(",", "{", "}")))
                .orElse(null);
    }

    /** The limits in a row of tokens. */
    static TokenLimits limits(ResultSet row) throws SQLException {
        Array stored = row.getArray("scopes");
        Set<TokenScope> scopes = stored == null
                ? null
                : Arrays.stream((String[]) stored.getArray())
                        .map(code -> TokenScope.of(code).orElseThrow())
                        .collect(Collectors.toSet());
        long account = row.getLong("account_id");
        boolean everywhere = row.wasNull();
        return new TokenLimits(Optional.ofNullable(scopes), everywhere ? Optional.empty() : Optional.of(account));
    }
}
