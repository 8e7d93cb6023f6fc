package org.holdfast.work;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The rows of long work, shared between nodes by leases on the database's own time. */
public final class WorkRows {

    private static final String FENCE =
            " WHERE id = :id AND lease_token = :token AND status = 'RUNNING' AND lease_until > clock_timestamp()";

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public WorkRows(Handle handle) {
        this.handle = handle;
    }

    /** Work that one worker does now. */
    public record Claim(long id, long token) {}

    /** Enters work to be done. */
    public long insert(WorkOrder order, Instant at) {
        return handle.createQuery("INSERT INTO long_work (kind, account_id, user_id, requested_by, requested_at,"
                        + " parameters) VALUES (:kind, :account, :user, :by, :at, :parameters) RETURNING id")
                .bind("kind", order.kind())
                .bind("account", order.accountId().orElse(null))
                .bind("user", order.userId())
                .bind("by", order.by())
                .bind("at", at)
                .bind("parameters", order.parameters().toString())
                .mapTo(Long.class)
                .one();
    }

    public Optional<LongWork> find(long id) {
        return handle.createQuery("SELECT * FROM long_work WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne();
    }

    /** Latest first, of a user; of one account if it is not null. */
    List<LongWork> page(long userId, Long accountId, long beforeId, int limit) {
        return handle.createQuery("SELECT * FROM long_work WHERE user_id = :user AND id < :before"
                        + " AND (CAST(:account AS bigint) IS NULL OR account_id = :account)"
                        + " ORDER BY id DESC LIMIT :limit")
                .bind("user", userId)
                .bind("account", accountId)
                .bind("before", beforeId)
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list();
    }

    /** The latest of some kinds whose parameters name a thing. */
    public Optional<LongWork> latest(List<String> kinds, String parameter, String value) {
        return handle.createQuery("SELECT * FROM long_work WHERE kind = ANY (:kinds)"
                        + " AND CAST(parameters AS jsonb) ->> :parameter = :value ORDER BY id DESC LIMIT 1")
                .bindArray("kinds", String.class, kinds.toArray())
                .bind("parameter", parameter)
                .bind("value", value)
                .map((row, context) -> read(row))
                .findOne();
    }

    /** Ends it; false if it had ended. A step in hand is undone. */
    boolean cancel(long id) {
        return handle.createUpdate("UPDATE long_work SET status = 'CANCELLED', ended_at = clock_timestamp(),"
                                + " lease_until = NULL WHERE id = :id AND status IN ('WAITING', 'RUNNING')")
                        .bind("id", id)
                        .execute()
                == 1;
    }

    Optional<Claim> claim(String owner) {
        return handle.createQuery("UPDATE long_work SET status = 'RUNNING', lease_owner = :owner,"
                        + " lease_token = lease_token + 1, lease_until = clock_timestamp() + interval '60 seconds'"
                        + " WHERE id = (SELECT id FROM long_work WHERE status IN ('WAITING', 'RUNNING')"
                        + " AND due_at <= clock_timestamp() AND (lease_until IS NULL OR lease_until < clock_timestamp())"
                        + " ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, lease_token")
                .bind("owner", owner)
                .map((row, context) -> new Claim(row.getLong("id"), row.getLong("lease_token")))
                .findOne();
    }

    /** The work under a claim, locked; empty if it was cancelled or passed to another. */
    Optional<LongWork> hold(Claim claim) {
        int held = handle.createUpdate(
                        "UPDATE long_work SET lease_until = clock_timestamp() + interval '60 seconds'" + FENCE)
                .bindMethods(claim)
                .execute();
        return held == 1 ? find(claim.id()) : Optional.empty();
    }

    void total(long id, long total) {
        handle.createUpdate("UPDATE long_work SET total = :total WHERE id = :id")
                .bind("id", id)
                .bind("total", total)
                .execute();
    }

    void progress(Claim claim, WorkStep step) {
        handle.createUpdate("UPDATE long_work SET cursor = :cursor, done = :done, result = :result, tries = 0,"
                        + " status = CASE WHEN :last THEN 'COMPLETED' ELSE status END,"
                        + " ended_at = CASE WHEN :last THEN clock_timestamp() END WHERE id = :id")
                .bind("id", claim.id())
                .bind("cursor", step.cursor())
                .bind("done", step.done())
                .bind("result", step.result().toString())
                .bind("last", step.last())
                .execute();
    }

    /** Tried again in a while; after three times in a row it has failed. */
    void failed(Claim claim, String failure) {
        handle.createUpdate("UPDATE long_work SET tries = tries + 1, failure = :failure, lease_until = NULL,"
                        + " due_at = clock_timestamp() + (tries + 1) * interval '5 seconds',"
                        + " status = CASE WHEN tries >= 2 THEN 'FAILED' ELSE status END,"
                        + " ended_at = CASE WHEN tries >= 2 THEN clock_timestamp() END" + FENCE)
                .bindMethods(claim)
                .bind("failure", failure)
                .execute();
    }

    private static LongWork read(ResultSet row) throws SQLException {
        return new LongWork(
                row.getLong("id"),
                row.getString("kind"),
                number(row, "account_id"),
                row.getLong("user_id"),
                row.getString("requested_by"),
                row.getTimestamp("requested_at").toInstant(),
                json(row.getString("parameters")),
                WorkStatus.valueOf(row.getString("status")),
                row.getLong("cursor"),
                row.getLong("done"),
                number(row, "total"),
                json(row.getString("result")),
                Optional.ofNullable(row.getString("failure")),
                Optional.ofNullable(row.getTimestamp("ended_at")).map(Timestamp::toInstant));
    }

    private static Optional<Long> number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(value);
    }

    private static JsonObject json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
