package org.holdfast.retention;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Reckons day by day what leaves, for a range of accounts: for each account and day the part of the index of
 * unbound copies that the cut-off passes on that day, so that what stays is not read. Terms and subscriptions
 * dated later are followed; the day is that of the instant at which a copy's time is up, in UTC.
 */
final class RemovalReckoning {

    private static final String EDGES = "WITH days AS (SELECT n, CAST(:today AS timestamptz)"
            + " + (n + 1) * interval '24 hours' - interval '1 microsecond' AS t FROM generate_series(0, :most) n),"
            + " edge AS MATERIALIZED (SELECT e.account_id, d.n, d.t, e.plan_code,"
            + " d.t - e.unbound_days * interval '24 hours' AS cutoff FROM days d"
            + " CROSS JOIN LATERAL entitlement(d.t, 'infinity') e WHERE e.account_id BETWEEN :first AND :last"
            + " AND e.unbound_days IS NOT NULL),"
            + " range AS MATERIALIZED (SELECT e.*, coalesce(max(cutoff) OVER (PARTITION BY account_id ORDER BY n"
            + " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), '-infinity') AS above FROM edge e),";

    private static final String UNBOUND =
            " unbound AS (SELECT r.account_id, c.mailbox_id, r.n, r.plan_code, c.size_bytes,"
                    + " c.hold_count + m.hold_count + a.hold_count > 0 AS held,"
                    + " coalesce(" + DueRuleSql.GRACE_END + " > r.t, false) AS graced,"
                    + " CASE WHEN " + DueRuleSql.GRACE_END + " > r.t THEN (SELECT e.n FROM edge e"
                    + " WHERE e.account_id = r.account_id AND e.t >= " + DueRuleSql.GRACE_END
                    + " AND e.cutoff >= c.clock ORDER BY e.n LIMIT 1) ELSE r.n END AS leaves"
                    + " FROM range r JOIN account a ON a.id = r.account_id JOIN mail_copy c ON c.account_id = r.account_id"
                    + " AND c.bind_count = 0 AND c.clock > r.above AND c.clock <= r.cutoff"
                    + " JOIN mailbox m ON m.id = c.mailbox_id WHERE r.cutoff > r.above),";

    /** Those that lie beyond the window today already are no news: of the bound ones only today's count. */
    private static final String BOUND =
            " bound AS (SELECT r.account_id, c.mailbox_id, r.n, r.plan_code, count(*) AS copies"
                    + " FROM range r JOIN mailbox m ON m.account_id = r.account_id JOIN mail_copy c ON c.mailbox_id = m.id"
                    + " AND c.bind_count > 0 AND c.clock <= r.cutoff AND c.clock >"
                    + " CASE WHEN r.n = 0 THEN r.cutoff - interval '24 hours' ELSE r.above END"
                    + " WHERE r.cutoff > r.above GROUP BY r.account_id, c.mailbox_id, r.n, r.plan_code),";

    private static final String INSERT = " lines AS ("
            + "SELECT account_id, mailbox_id, leaves AS n, plan_code, 1 AS leaving, size_bytes AS bytes, 0 AS bound,"
            + " 0 AS held, 0 AS graced FROM unbound WHERE NOT held AND leaves IS NOT NULL"
            + " UNION ALL SELECT account_id, mailbox_id, n, plan_code, 0, 0, 0, CASE WHEN held THEN 1 ELSE 0 END,"
            + " CASE WHEN NOT held THEN 1 ELSE 0 END FROM unbound WHERE held OR graced"
            + " UNION ALL SELECT account_id, mailbox_id, n, plan_code, 0, 0, copies, 0, 0 FROM bound)"
            + " INSERT INTO removal_day (account_id, mailbox_id, day, plan_code, leaving_copies, leaving_bytes,"
            + " bound_copies, held_copies, grace_copies, as_of) SELECT account_id, mailbox_id,"
            + " CAST(CAST(:today AS timestamptz) AT TIME ZONE 'UTC' AS date) + CAST(n AS integer), plan_code,"
            + " sum(leaving), sum(bytes), sum(bound), sum(held), sum(graced), :now FROM lines"
            + " GROUP BY account_id, mailbox_id, n, plan_code";

    private final Handle handle;

    RemovalReckoning(Handle handle) {
        this.handle = handle;
    }

    /** Whether somebody asked for a reckoning, or the last one is older than that. */
    boolean isWanted(Instant olderThan) {
        return handle.createQuery("SELECT requested OR as_of IS NULL OR as_of < :then FROM removal_reckoning")
                .bind("then", olderThan)
                .mapTo(Boolean.class)
                .one();
    }

    void request() {
        handle.execute("UPDATE removal_reckoning SET requested = true");
    }

    void begin() {
        handle.execute("UPDATE removal_reckoning SET running = true, requested = false, done = 0,"
                + " accounts = (SELECT count(*) FROM account)");
    }

    /** The end of the next range of accounts; empty when there are none after that id. */
    Optional<Long> rangeAfter(long accountId, int most) {
        return handle.createQuery(
                        "SELECT max(id) FROM (SELECT id FROM account WHERE id > :after ORDER BY id LIMIT :most) a")
                .bind("after", accountId)
                .bind("most", most)
                .mapTo(Long.class)
                .findOne();
    }

    /** Reckons the accounts from one id to another, both included, anew. */
    void reckon(long first, long last, Instant now) {
        handle.createUpdate("DELETE FROM removal_day WHERE account_id BETWEEN :first AND :last")
                .bind("first", first)
                .bind("last", last)
                .execute();
        handle.createUpdate(EDGES + UNBOUND + BOUND + INSERT)
                .bind("today", now.truncatedTo(ChronoUnit.DAYS))
                .bind("most", RemovalFilter.MOST_DAYS - 1)
                .bind("first", first)
                .bind("last", last)
                .bind("now", now)
                .execute();
        handle.createUpdate("UPDATE removal_reckoning SET done = done + (SELECT count(*) FROM account"
                        + " WHERE id BETWEEN :first AND :last)")
                .bind("first", first)
                .bind("last", last)
                .execute();
    }

    void end(Instant began, long tookMillis) {
        handle.createUpdate("UPDATE removal_reckoning SET running = false, as_of = :began, took_millis = :took")
                .bind("began", began)
                .bind("took", tookMillis)
                .execute();
    }
}
