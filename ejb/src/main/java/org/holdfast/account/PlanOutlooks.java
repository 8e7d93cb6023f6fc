package org.holdfast.account;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.holdfast.mailbox.PlanForecast;
import org.holdfast.retention.DueRuleSql;
import org.jdbi.v3.core.Handle;

/** Counts what another plan would do to one account, by the same due rule as the purge, read-only. */
final class PlanOutlooks {

    /** The account as if it had the plan, instead of what is known. */
    private static final String SUPPOSED = "(SELECT CAST(:account AS bigint) AS account_id, t.* FROM plan_terms t"
            + " WHERE t.plan_code = :plan AND t.known_until IS NULL AND t.valid_from <= :asOf"
            + " AND (t.valid_until IS NULL OR t.valid_until > :asOf)) e";

    private static final String COUNTS = "SELECT count(*) AS copies, count(*) FILTER (WHERE verdict = 'DUE') AS due,"
            + " coalesce(sum(size_bytes) FILTER (WHERE verdict = 'DUE'), 0)::bigint AS due_bytes,"
            + " count(*) FILTER (WHERE verdict = 'DUE' AND anyway) AS anyway,"
            + " count(*) FILTER (WHERE verdict = 'BOUND') AS bound, count(*) FILTER (WHERE verdict = 'HELD') AS held,"
            + " count(*) FILTER (WHERE verdict = 'YOUNG') AS young,"
            + " count(*) FILTER (WHERE verdict = 'IN_GRACE') AS in_grace FROM (SELECT c.size_bytes, "
            + DueRuleSql.VERDICT + " AS verdict, coalesce((SELECT " + DueRuleSql.DUE + " FROM " + DueRuleSql.ENTITLEMENT
            + " WHERE e.account_id = :account), false) AS anyway FROM account a JOIN " + SUPPOSED
            + " ON e.account_id = a.id JOIN mailbox m ON m.account_id = a.id JOIN mail_copy c ON c.mailbox_id = m.id"
            + " WHERE a.id = :account) v";

    private final Handle handle;

    PlanOutlooks(Handle handle) {
        this.handle = handle;
    }

    PlanOutlook of(long accountId, String planCode, Instant at) {
        Instant asOf = DueRuleSql.precise(at);
        PlanForecast mailboxes = PlanForecast.read(handle, accountId, planCode, asOf);
        return handle.createQuery(COUNTS)
                .bind("account", accountId)
                .bind("plan", planCode)
                .bind("asOf", asOf)
                .map((row, context) ->
                        outlook(row, accountId, planCode, asOf, mailboxes.stopping(), mailboxes.resuming()))
                .one();
    }

    private static PlanOutlook outlook(
            ResultSet row, long accountId, String planCode, Instant at, List<String> stopping, List<String> resuming)
            throws SQLException {
        return new PlanOutlook(
                accountId,
                planCode,
                at,
                row.getLong("copies"),
                row.getLong("due"),
                row.getLong("due_bytes"),
                row.getLong("anyway"),
                new PlanOutlook.KeptCopies(
                        row.getLong("bound"), row.getLong("held"), row.getLong("young"), row.getLong("in_grace")),
                stopping,
                resuming);
    }
}
