package org.holdfast.overview;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What waits for a person, worst first. */
final class AttentionQuery {

    /** Passes in a row that went wrong before an active mailbox is said to need action. */
    static final int FAILING = 3;

    private static final String PURGES = """
            SELECT CASE WHEN r.status = 'FAILED' THEN 'PURGE_FAILED'
                        WHEN r.status = 'STOPPED' THEN 'PURGE_STOPPED'
                        ELSE 'PURGE_SILENT' END AS kind,
                   r.id, CAST(r.id AS text) AS subject, '' AS account, coalesce(r.failure, '') AS detail,
                   coalesce(r.ended_at, r.heartbeat_at) AS since, CAST(1 AS bigint) AS count
              FROM (SELECT * FROM purge_run ORDER BY id DESC LIMIT 1) AS r
             WHERE r.status = 'FAILED' OR (r.status = 'STOPPED' AND NOT r.window_closed)
                OR (r.status IN ('STARTING', 'RUNNING', 'STOPPING')
                    AND r.heartbeat_at < clock_timestamp() - interval '2 minutes')
             UNION ALL
            SELECT 'PURGE_HELD', r.id, CAST(r.id AS text), '', r.held_reason, r.heartbeat_at, CAST(1 AS bigint)
              FROM purge_run AS r
             WHERE r.status = 'HELD'
             UNION ALL
            """;

    private static final String WEBHOOKS = """
            SELECT 'WEBHOOK_DEAD' AS kind, w.id, w.url AS subject, coalesce(a.name, '') AS account,
                   coalesce(w.state_reason, '') AS detail, w.state_since AS since, CAST(1 AS bigint) AS count
              FROM webhook w LEFT JOIN account a ON a.id = w.account_id
             WHERE w.state = 'DEAD'
             UNION ALL
            """;

    private final OverviewQuery reading;

    AttentionQuery(OverviewQuery reading) {
        this.reading = reading;
    }

    List<Attention> worst() {
        String order =
                Arrays.stream(Attention.Kind.values()).map(Enum::name).collect(Collectors.joining(",", "{", "}"));
        return reading.query("SELECT * FROM (" + rows()
                        + ") AS rows ORDER BY array_position(CAST(:order AS text[]), kind), since, id LIMIT :most")
                .bind("failing", FAILING)
                .bind("order", order)
                .bind("most", Situation.MOST_ATTENTION)
                .map((row, context) -> new Attention(
                        Attention.Kind.valueOf(row.getString("kind")),
                        row.getLong("id"),
                        row.getString("subject"),
                        row.getString("account"),
                        row.getString("detail"),
                        OverviewQuery.instant(row, "since"),
                        row.getLong("count")))
                .list();
    }

    long count() {
        return reading.query("SELECT count(*) FROM (" + rows() + ") AS rows")
                .bind("failing", FAILING)
                .mapTo(Long.class)
                .one();
    }

    private String rows() {
        return (reading.isForOneAccount() ? "" : PURGES + WEBHOOKS) + mailboxes() + " UNION ALL " + quarantined();
    }

    private String mailboxes() {
        return """
                SELECT CASE WHEN m.state = 'ACTIVE' THEN 'SYNC_FAILING' ELSE m.state END AS kind, m.id,
                       m.address AS subject, a.name AS account,
                       coalesce(CASE WHEN m.state = 'ACTIVE' THEN s.last_error ELSE m.state_reason END, '') AS detail,
                       CASE WHEN m.state = 'ACTIVE' THEN coalesce(s.last_completed, m.connected_at)
                            ELSE m.state_since END AS since,
                       CAST(coalesce(s.failures, 1) AS bigint) AS count
                  FROM mailbox m
                  JOIN account a ON a.id = m.account_id
                  LEFT JOIN mailbox_sync s ON s.mailbox_id = m.id
                 WHERE (m.state IN ('AUTH_FAILED', 'CERTIFICATE_REFUSED', 'UNREACHABLE', 'PAUSED_BY_PLAN')
                        OR (m.state = 'ACTIVE' AND s.failures >= :failing))""" + reading.onlyMailboxes("m.id");
    }

    private String quarantined() {
        return """
                SELECT 'QUARANTINED' AS kind, m.id, m.address, a.name, max(q.reason), min(q.first_seen), count(*)
                  FROM quarantined_original q
                  JOIN folder f ON f.id = q.folder_id
                  JOIN mailbox m ON m.id = f.mailbox_id
                  JOIN account a ON a.id = m.account_id
                 WHERE m.state <> 'DISCONNECTED'
                   AND q.tries >= 3""" + reading.onlyMailboxes("m.id") + " GROUP BY m.id, m.address, a.name";
    }
}
