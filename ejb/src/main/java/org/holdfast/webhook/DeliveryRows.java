package org.holdfast.webhook;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Shares deliveries between nodes by rows, on the database's own time. Of each webhook and subject only the
 * oldest that waits is ever claimed: that is the order, whoever delivers.
 */
final class DeliveryRows {

    /** How long a claim lasts; much longer than an attempt may take. */
    static final Duration TERM = Duration.ofSeconds(60);

    /** After so long without success a delivery is given up, and an endpoint is dead. */
    static final Duration GIVE_UP = Duration.ofHours(24);

    /** Deliveries of one webhook that are claimed at once: a slow endpoint holds no others. */
    private static final int OF_ONE_WEBHOOK = 2;

    private static final String FREE = "d.state = 'PENDING' AND d.due_at <= clock_timestamp()"
            + " AND (d.lease_until IS NULL OR d.lease_until < clock_timestamp())";

    /** Whatever began before the event was recorded has ended: nothing can come in before it any more. */
    private static final String SETTLED = "d.xact < pg_snapshot_xmin(pg_current_snapshot())";

    private static final String OPEN =
            "w.state = 'ENABLED' AND (w.rest_until IS NULL OR w.rest_until <= clock_timestamp())";

    private static final String CLAIM = "UPDATE webhook_delivery SET lease_owner = :owner,"
            + " lease_token = lease_token + 1, lease_until = clock_timestamp() + :term * interval '1 second'"
            + " WHERE id IN (SELECT d.id FROM webhook_delivery d WHERE d.id = ANY (ARRAY(<heads>)) AND " + FREE
            + " FOR UPDATE SKIP LOCKED) RETURNING id";

    private static final String OLDEST_OF_NEXT_SUBJECT = "SELECT h.* FROM webhook_delivery h WHERE h.state = 'PENDING'"
            + " AND h.webhook_id = w.id <beyond> ORDER BY h.subject, h.event_id LIMIT 1";

    /**
     * From webhooks that take deliveries to the subjects that wait, from one to the next in the index: what
     * waits behind the oldest of a subject, or for a webhook that takes nothing, is not read.
     */
    static final String HEADS = "SELECT r.id FROM (SELECT d.id, d.due_at,"
            + " row_number() OVER (PARTITION BY d.webhook_id ORDER BY d.due_at, d.id) AS rank"
            + " FROM webhook w CROSS JOIN LATERAL (WITH RECURSIVE heads AS (("
            + OLDEST_OF_NEXT_SUBJECT.replace("<beyond>", "")
            + ") UNION ALL SELECT n.* FROM heads p CROSS JOIN LATERAL ("
            + OLDEST_OF_NEXT_SUBJECT.replace("<beyond>", "AND h.subject > p.subject")
            + ") n) SELECT * FROM heads) d WHERE " + OPEN + " AND w.id <> ALL (:busy) AND " + FREE + " AND " + SETTLED
            + ") r WHERE r.rank <= " + OF_ONE_WEBHOOK + " ORDER BY r.due_at, r.id LIMIT :most";

    private static final String NEXT = "SELECT d.id FROM (SELECT h.* FROM webhook_delivery h"
            + " WHERE h.state = 'PENDING' AND h.webhook_id = :webhook AND h.subject = :subject"
            + " ORDER BY h.event_id LIMIT 1) d JOIN webhook w ON w.id = d.webhook_id WHERE " + FREE + " AND "
            + SETTLED + " AND " + OPEN;

    private final Handle handle;

    DeliveryRows(Handle handle) {
        this.handle = handle;
    }

    /**
     * Claims deliveries that are due.
     *
     * @param busy webhooks that this node is occupied with
     */
    List<DeliveryClaim> claim(String owner, Collection<Long> busy, int most) {
        List<Long> ids = handle.createQuery(CLAIM.replace("<heads>", HEADS))
                .bind("owner", owner)
                .bind("term", TERM.toSeconds())
                .bindArray("busy", Long.class, busy.toArray())
                .bind("most", most)
                .mapTo(Long.class)
                .list();
        return load(ids);
    }

    /** Claims what comes after a delivery to the same receiver on the same subject, if it is due. */
    Optional<DeliveryClaim> claimNext(DeliveryClaim after, String owner) {
        List<Long> ids = handle.createQuery(CLAIM.replace("<heads>", NEXT))
                .bind("owner", owner)
                .bind("term", TERM.toSeconds())
                .bind("webhook", after.webhookId())
                .bind("subject", after.subject())
                .mapTo(Long.class)
                .list();
        return load(ids).stream().findFirst();
    }

    /**
     * Forgets events of more than 30 days, but for those that a receiver still gets. What waits for a webhook that
     * is disabled or dead goes with them.
     *
     * @param most how many at once
     * @return how many
     */
    int forget(int most) {
        return handle.createUpdate("DELETE FROM event WHERE id IN (SELECT e.id FROM event e WHERE e.recorded_at"
                        + " < clock_timestamp() - interval '30 days' AND NOT EXISTS (SELECT FROM webhook_delivery d"
                        + " JOIN webhook w ON w.id = d.webhook_id WHERE d.event_id = e.id AND d.state = 'PENDING'"
                        + " AND w.state = 'ENABLED') ORDER BY e.recorded_at LIMIT :most)")
                .bind("most", most)
                .execute();
    }

    private List<DeliveryClaim> load(List<Long> ids) {
        return handle.createQuery("SELECT d.id, d.lease_token, d.webhook_id, coalesce(w.account_id, 0) AS account,"
                        + " w.url, w.secret, e.id AS event, d.subject, e.type, e.payload, e.recorded_at, d.attempts"
                        + " FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id JOIN event e ON e.id = d.event_id"
                        + " WHERE d.id = ANY (:ids) ORDER BY d.event_id")
                .bindArray("ids", Long.class, ids.toArray())
                .map((row, context) -> claim(row))
                .list();
    }

    private static DeliveryClaim claim(ResultSet row) throws SQLException {
        return new DeliveryClaim(
                row.getLong("id"),
                row.getLong("lease_token"),
                row.getLong("webhook_id"),
                row.getLong("account"),
                row.getString("url"),
                row.getBytes("secret"),
                row.getLong("event"),
                row.getString("subject"),
                row.getString("type"),
                row.getString("payload"),
                row.getTimestamp("recorded_at").toInstant(),
                row.getInt("attempts"));
    }

    /** Seconds since 1970 by the database's clock. */
    long seconds() {
        return handle.createQuery("SELECT floor(extract(epoch FROM clock_timestamp()))::bigint")
                .mapTo(Long.class)
                .one();
    }

    /** The receiver has it. Nothing is changed for a claim that passed to another. */
    void delivered(DeliveryClaim claim, int status) {
        int held = handle.createUpdate("UPDATE webhook_delivery SET state = 'DELIVERED', attempts = attempts + 1,"
                        + " first_tried = coalesce(first_tried, clock_timestamp()), last_tried = clock_timestamp(),"
                        + " answer = :status, error = NULL, lease_owner = NULL, lease_until = NULL"
                        + " WHERE id = :id AND lease_token = :token AND state = 'PENDING'")
                .bind("id", claim.id())
                .bind("token", claim.token())
                .bind("status", status)
                .execute();
        if (held == 1) {
            handle.createUpdate("UPDATE webhook SET failures = 0, failing_since = NULL, rest_until = NULL"
                            + " WHERE id = :webhook AND (failures > 0 OR rest_until IS NOT NULL)")
                    .bind("webhook", claim.webhookId())
                    .execute();
        }
    }

    /**
     * The receiver did not take it: tried again after a wait, parked after a day. An endpoint that fails again
     * and again is left alone for a while, and after a day it is dead.
     *
     * @param answer null: there was none
     * @param rest how long the whole endpoint is left alone
     */
    void failed(DeliveryClaim claim, Integer answer, String error, Duration wait, Duration rest) {
        int held = handle.createUpdate("UPDATE webhook_delivery SET attempts = attempts + 1,"
                        + " first_tried = coalesce(first_tried, clock_timestamp()), last_tried = clock_timestamp(),"
                        + " answer = :answer, error = :error, lease_owner = NULL, lease_until = NULL,"
                        + " due_at = clock_timestamp() + :wait * interval '1 millisecond',"
                        + " state = CASE WHEN first_tried < clock_timestamp() - :giveUp * interval '1 second'"
                        + " THEN 'PARKED' ELSE state END"
                        + " WHERE id = :id AND lease_token = :token AND state = 'PENDING'")
                .bind("id", claim.id())
                .bind("token", claim.token())
                .bind("answer", answer)
                .bind("error", error)
                .bind("wait", wait.toMillis())
                .bind("giveUp", GIVE_UP.toSeconds())
                .execute();
        if (held == 1) {
            tire(claim.webhookId(), error, rest);
        }
    }

    private void tire(long webhookId, String error, Duration rest) {
        handle.createUpdate("UPDATE webhook SET failures = failures + 1,"
                        + " failing_since = coalesce(failing_since, clock_timestamp()),"
                        + " rest_until = clock_timestamp() + :rest * interval '1 millisecond' WHERE id = :webhook")
                .bind("webhook", webhookId)
                .bind("rest", rest.toMillis())
                .execute();
        handle.createUpdate("UPDATE webhook SET state = 'DEAD', state_since = clock_timestamp(),"
                        + " state_reason = left('No delivery succeeded for a day; last: ' || :error, 500)"
                        + " WHERE id = :webhook AND state = 'ENABLED'"
                        + " AND failing_since < clock_timestamp() - :giveUp * interval '1 second'")
                .bind("webhook", webhookId)
                .bind("error", error)
                .bind("giveUp", GIVE_UP.toSeconds())
                .execute();
    }

    /** The receiver says that it is gone: nothing more is sent, and what waits stays to be replayed. */
    void gone(DeliveryClaim claim) {
        int held = handle.createUpdate("UPDATE webhook_delivery SET state = 'PARKED', attempts = attempts + 1,"
                        + " first_tried = coalesce(first_tried, clock_timestamp()), last_tried = clock_timestamp(),"
                        + " answer = 410, error = 'The endpoint answers 410 Gone', lease_owner = NULL, lease_until = NULL"
                        + " WHERE id = :id AND lease_token = :token AND state = 'PENDING'")
                .bind("id", claim.id())
                .bind("token", claim.token())
                .execute();
        if (held == 1) {
            handle.createUpdate(
                            "UPDATE webhook SET state = 'DEAD', state_since = clock_timestamp(),"
                                    + " state_reason = 'The endpoint answers 410 Gone' WHERE id = :webhook AND state = 'ENABLED'")
                    .bind("webhook", claim.webhookId())
                    .execute();
        }
    }

    /** How often the endpoint has failed in a row. */
    int failures(long webhookId) {
        return handle.createQuery("SELECT failures FROM webhook WHERE id = :webhook")
                .bind("webhook", webhookId)
                .mapTo(Integer.class)
                .findOne()
                .orElse(0);
    }
}
