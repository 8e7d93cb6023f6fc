package org.holdfast.webhook;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The rows of webhooks and of what was sent to them. */
final class WebhookRows {

    private static final String SELECT =
            "SELECT w.*, (SELECT count(*) FROM webhook_delivery d WHERE d.webhook_id = w.id"
                    + " AND d.state = 'PENDING') AS pending, (SELECT count(*) FROM webhook_delivery d WHERE d.webhook_id = w.id"
                    + " AND d.state = 'PARKED') AS parked FROM webhook w";

    private static final String DELIVERY =
            "SELECT d.*, e.type, e.recorded_at FROM webhook_delivery d" + " JOIN event e ON e.id = d.event_id";

    private static final String AGAIN = " DO UPDATE SET state = 'PENDING', attempts = 0, first_tried = NULL,"
            + " due_at = clock_timestamp(), xact = pg_current_xact_id(), lease_owner = NULL, lease_until = NULL,"
            + " lease_token = webhook_delivery.lease_token + 1";

    private final Handle handle;

    WebhookRows(Handle handle) {
        this.handle = handle;
    }

    long insert(WebhookDraft draft, String by, Instant at) {
        return handle.createQuery("INSERT INTO webhook (account_id, url, event_types, state, state_since, created_by,"
                        + " created_at) VALUES (:account, :url, :types, 'ENABLED', clock_timestamp(), :by, :at)"
                        + " RETURNING id")
                .bind("account", draft.accountId().orElse(null))
                .bind("url", draft.url())
                .bindArray("types", String.class, draft.eventTypes().toArray())
                .bind("by", by)
                .bind("at", at)
                .mapTo(Long.class)
                .one();
    }

    void keepSecret(long id, byte[] sealed) {
        handle.createUpdate("UPDATE webhook SET secret = :sealed, version = version + 1 WHERE id = :id")
                .bind("id", id)
                .bind("sealed", sealed)
                .execute();
    }

    Optional<Webhook> find(long id) {
        return handle.createQuery(SELECT + " WHERE w.id = :id")
                .bind("id", id)
                .map((row, context) -> webhook(row))
                .findOne();
    }

    Optional<Webhook> lock(long id) {
        return handle.createQuery("SELECT id FROM webhook WHERE id = :id FOR UPDATE")
                .bind("id", id)
                .mapTo(Long.class)
                .findOne()
                .flatMap(this::find);
    }

    /** In the order of ids; of one account, or of all. */
    List<Webhook> page(Long accountId, long afterId, int limit) {
        return handle.createQuery(SELECT + " WHERE w.id > :after AND (CAST(:account AS bigint) IS NULL"
                        + " OR w.account_id = :account) ORDER BY w.id LIMIT :limit")
                .bind("after", afterId)
                .bind("account", accountId)
                .bind("limit", limit)
                .map((row, context) -> webhook(row))
                .list();
    }

    void change(long id, String url, Collection<String> types) {
        handle.createUpdate("UPDATE webhook SET url = :url, event_types = :types, version = version + 1 WHERE id = :id")
                .bind("id", id)
                .bind("url", url)
                .bindArray("types", String.class, types.toArray())
                .execute();
    }

    /** Enters a state with a clean record: an endpoint that is enabled again is tried at once. */
    void enter(long id, WebhookState state, String reason) {
        handle.createUpdate(
                        "UPDATE webhook SET state = :state, state_since = clock_timestamp(), state_reason = :reason,"
                                + " failures = 0, failing_since = NULL, rest_until = NULL, version = version + 1 WHERE id = :id")
                .bind("id", id)
                .bind("state", state.name())
                .bind("reason", reason)
                .execute();
        handle.createUpdate("UPDATE webhook_delivery SET due_at = clock_timestamp(), first_tried = NULL"
                        + " WHERE webhook_id = :id AND state = 'PENDING'")
                .bind("id", id)
                .execute();
    }

    void remove(long id) {
        handle.createUpdate("DELETE FROM webhook WHERE id = :id").bind("id", id).execute();
    }

    /** Latest first. */
    List<Delivery> deliveries(long webhookId, Delivery.State state, long beforeId, int limit) {
        return handle.createQuery(DELIVERY + " WHERE d.webhook_id = :webhook AND d.id < :before"
                        + " AND (CAST(:state AS text) IS NULL OR d.state = :state) ORDER BY d.id DESC LIMIT :limit")
                .bind("webhook", webhookId)
                .bind("before", beforeId)
                .bind("state", state == null ? null : state.name())
                .bind("limit", limit)
                .map((row, context) -> delivery(row))
                .list();
    }

    Optional<Delivery> delivery(long webhookId, long id) {
        return handle.createQuery(DELIVERY + " WHERE d.webhook_id = :webhook AND d.id = :id")
                .bind("webhook", webhookId)
                .bind("id", id)
                .map((row, context) -> delivery(row))
                .findOne();
    }

    /** Sends one again, delivered or parked. */
    void replay(long deliveryId) {
        handle.createUpdate("INSERT INTO webhook_delivery (webhook_id, event_id, subject)"
                        + " SELECT webhook_id, event_id, subject FROM webhook_delivery WHERE id = :id"
                        + " ON CONFLICT (webhook_id, event_id)" + AGAIN)
                .bind("id", deliveryId)
                .execute();
    }

    /**
     * Sends again whatever was recorded from an instant on and the webhook subscribes to now, also what it was
     * not sent before.
     *
     * @return how many deliveries were made
     */
    int replaySince(long webhookId, Instant since) {
        return handle.createUpdate("INSERT INTO webhook_delivery (webhook_id, event_id, subject)"
                        + " SELECT w.id, e.id, e.subject FROM webhook w JOIN event e ON e.type = ANY (w.event_types)"
                        + " AND (w.account_id IS NULL OR e.account_id = w.account_id)"
                        + " WHERE w.id = :webhook AND e.recorded_at >= :since ORDER BY e.id"
                        + " ON CONFLICT (webhook_id, event_id)" + AGAIN)
                .bind("webhook", webhookId)
                .bind("since", since)
                .execute();
    }

    private static Webhook webhook(ResultSet row) throws SQLException {
        long account = row.getLong("account_id");
        boolean installation = row.wasNull();
        return new Webhook(
                row.getLong("id"),
                installation ? Optional.empty() : Optional.of(account),
                row.getString("url"),
                List.of((String[]) row.getArray("event_types").getArray()),
                WebhookState.valueOf(row.getString("state")),
                row.getTimestamp("state_since").toInstant(),
                Optional.ofNullable(row.getString("state_reason")),
                row.getInt("failures"),
                instant(row, "failing_since"),
                row.getLong("pending"),
                row.getLong("parked"),
                row.getString("created_by"),
                row.getTimestamp("created_at").toInstant(),
                row.getLong("version"));
    }

    private static Delivery delivery(ResultSet row) throws SQLException {
        int answer = row.getInt("answer");
        boolean none = row.wasNull();
        return new Delivery(
                row.getLong("id"),
                "evt_" + row.getLong("event_id"),
                row.getString("type"),
                row.getString("subject"),
                Delivery.State.valueOf(row.getString("state")),
                row.getInt("attempts"),
                none ? Optional.empty() : Optional.of(answer),
                Optional.ofNullable(row.getString("error")),
                row.getTimestamp("recorded_at").toInstant(),
                instant(row, "last_tried"),
                row.getTimestamp("due_at").toInstant());
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        Timestamp value = row.getTimestamp(column);
        return Optional.ofNullable(value).map(Timestamp::toInstant);
    }
}
