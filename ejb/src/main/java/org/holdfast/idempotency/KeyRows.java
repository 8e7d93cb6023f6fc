package org.holdfast.idempotency;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The rows of keys; ages are judged by the database's clock. */
final class KeyRows {

    private static final String EXPIRED = "begun_at < clock_timestamp() - interval '24 hours'";

    private final Handle handle;

    KeyRows(Handle handle) {
        this.handle = handle;
    }

    /** Takes a key for a request, unless another request has it. */
    KeyOutcome begin(long userId, String key, byte[] hash) {
        int taken = handle.createUpdate("INSERT INTO idempotency_key (user_id, key, request_hash)"
                        + " VALUES (:user, :key, :hash) ON CONFLICT (user_id, key) DO UPDATE SET"
                        + " request_hash = excluded.request_hash, begun_at = clock_timestamp(), status = NULL,"
                        + " location = NULL, entity_tag = NULL, media_type = NULL, body = NULL"
                        + " WHERE idempotency_key." + EXPIRED)
                .bind("user", userId)
                .bind("key", key)
                .bind("hash", hash)
                .execute();
        if (taken == 1) {
            return new KeyOutcome(KeyOutcome.State.FIRST, Optional.empty());
        }
        // Released meanwhile: as good as under way, the next try takes it.
        return handle.createQuery("SELECT k.*, begun_at < clock_timestamp() - interval '5 minutes' AS old"
                        + " FROM idempotency_key k WHERE user_id = :user AND key = :key")
                .bind("user", userId)
                .bind("key", key)
                .map((row, context) -> outcome(row, hash))
                .findOne()
                .orElseGet(() -> new KeyOutcome(KeyOutcome.State.UNDER_WAY, Optional.empty()));
    }

    private static KeyOutcome outcome(ResultSet row, byte[] hash) throws SQLException {
        if (!Arrays.equals(hash, row.getBytes("request_hash"))) {
            return new KeyOutcome(KeyOutcome.State.OTHER_REQUEST, Optional.empty());
        }
        int status = row.getInt("status");
        if (row.wasNull()) {
            return new KeyOutcome(
                    row.getBoolean("old") ? KeyOutcome.State.UNKNOWN : KeyOutcome.State.UNDER_WAY, Optional.empty());
        }
        Optional<String> mediaType = Optional.ofNullable(row.getString("media_type"));
        Optional<byte[]> body = Optional.ofNullable(row.getBytes("body"));
        return new KeyOutcome(
                KeyOutcome.State.ANSWERED,
                Optional.of(new StoredAnswer(
                        status,
                        Optional.ofNullable(row.getString("location")),
                        Optional.ofNullable(row.getString("entity_tag")),
                        mediaType,
                        body,
                        mediaType.isEmpty() || body.isPresent())));
    }

    void answered(long userId, String key, StoredAnswer answer) {
        handle.createUpdate("UPDATE idempotency_key SET status = :status, location = :location, entity_tag = :tag,"
                        + " media_type = :type, body = :body WHERE user_id = :user AND key = :key")
                .bind("user", userId)
                .bind("key", key)
                .bind("status", answer.status())
                .bind("location", answer.location().orElse(null))
                .bind("tag", answer.entityTag().orElse(null))
                .bind("type", answer.mediaType().orElse(null))
                .bind("body", answer.body().orElse(null))
                .execute();
    }

    /** Nothing was done: the key is free again. */
    void release(long userId, String key) {
        handle.createUpdate("DELETE FROM idempotency_key WHERE user_id = :user AND key = :key AND status IS NULL")
                .bind("user", userId)
                .bind("key", key)
                .execute();
    }

    int forget() {
        return handle.execute("DELETE FROM idempotency_key WHERE " + EXPIRED);
    }
}
