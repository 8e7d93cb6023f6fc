package org.holdfast.overview;

/**
 * The one statement that says of every copy what decides over it, counted live or into a table.
 *
 * <p>A copy leaves if it is due on any day until the horizon, by the plan of that day as recorded now and with its
 * grace over: so a plan that shortens in three days counts, and what is due today and not yet purged counts.
 */
final class CopyCountSql {

    private CopyCountSql() {}

    /**
     * The statement, with parameters now and horizon, and without GROUP BY.
     *
     * @param before columns before the counts, each with a comma
     * @param accounts a condition on {@code e.account_id}, or a blank
     * @param copies a condition on {@code c}, or a blank
     * @param behind columns behind the counts, each with a comma before it
     */
    static String of(String before, String accounts, String copies, String behind) {
        return """
                WITH day AS (
                    SELECT e.account_id, t, t - make_interval(hours => 24 * e.unbound_days) AS cutoff
                      FROM generate_series(CAST(:now AS timestamptz), CAST(:horizon AS timestamptz),
                                           interval '24 hours') AS t
                     CROSS JOIN LATERAL entitlement(t, :now) AS e
                     WHERE e.unbound_days IS NOT NULL""" + accounts + """
                ),
                edge AS (
                    SELECT account_id, bool_or(t = :now) AS limited_now, max(cutoff) AS cutoff
                      FROM day GROUP BY account_id),
                judged AS (
                    SELECT c.account_id, c.mailbox_id, c.size_bytes, c.bind_count > 0 AS bound,
                           c.bind_count = 0 AND c.hold_count + m.hold_count + a.hold_count > 0 AS held,
                           coalesce(edge.limited_now, false) AS limited,
                           CASE WHEN coalesce(c.clock > edge.cutoff, true) THEN false
                                WHEN greatest(c.keep_until, m.keep_until, a.keep_until) IS NULL THEN true
                                -- A grace may outlive the day on which the plan was short.
                                ELSE EXISTS (SELECT FROM day d
                                              WHERE d.account_id = c.account_id AND c.clock <= d.cutoff
                                                AND d.t >= greatest(c.keep_until, m.keep_until, a.keep_until))
                           END AS leaving
                      FROM mail_copy c
                      JOIN account a ON a.id = c.account_id
                      JOIN mailbox m ON m.id = c.mailbox_id
                      LEFT JOIN edge ON edge.account_id = c.account_id
                     WHERE true""" + copies + """
                )
                SELECT\s""" + before + """
                       count(*) FILTER (WHERE bound) AS bound,
                       count(*) FILTER (WHERE held) AS held,
                       count(*) FILTER (WHERE NOT bound AND NOT held AND NOT limited AND NOT leaving) AS unlimited,
                       count(*) FILTER (WHERE NOT bound AND NOT held AND (limited OR leaving)) AS temporary,
                       count(*) FILTER (WHERE NOT bound AND NOT held AND leaving) AS leaving,
                       coalesce(sum(size_bytes), 0) AS bytes""" + behind + " FROM judged";
    }
}
