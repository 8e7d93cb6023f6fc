package org.holdfast.overview;

/**
 * The one statement that says of every copy what decides over it, counted live or into a table.
 *
 * <p>What leaves is judged by the latest cut-off that any day until the horizon has, as recorded now: so a plan
 * that shortens in three days counts, and what is due today and not yet purged counts.
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
                WITH edge AS (
                    SELECT e.account_id, bool_or(t = :now) AS limited_now,
                           max(t - make_interval(hours => 24 * e.unbound_days)) AS cutoff
                      FROM generate_series(CAST(:now AS timestamptz), CAST(:horizon AS timestamptz),
                                           interval '24 hours') AS t
                     CROSS JOIN LATERAL entitlement(t, :now) AS e
                     WHERE e.unbound_days IS NOT NULL""" + accounts + """
                     GROUP BY e.account_id),
                judged AS (
                    SELECT c.account_id, c.mailbox_id, c.size_bytes, c.bind_count > 0 AS bound,
                           c.bind_count = 0 AND c.hold_count + m.hold_count + a.hold_count > 0 AS held,
                           coalesce(edge.limited_now, false) AS limited,
                           coalesce(c.clock <= edge.cutoff
                                    AND coalesce(greatest(c.keep_until, m.keep_until, a.keep_until) <= :horizon, true),
                                    false) AS leaving
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
