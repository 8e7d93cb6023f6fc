package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.mailbox.MailboxAccess;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Counts what the due rule says of every copy in a scope. */
public final class PreviewQuery {

    private static final String COUNTS = "SELECT p.code, count(DISTINCT v.account_id) AS accounts, count(*) AS copies,"
            + " count(*) FILTER (WHERE verdict = 'DUE') AS due,"
            + " coalesce(sum(size_bytes) FILTER (WHERE verdict = 'DUE'), 0)::bigint AS due_bytes,"
            + " count(*) FILTER (WHERE verdict = 'BOUND') AS bound, count(*) FILTER (WHERE verdict = 'HELD') AS held,"
            + " count(*) FILTER (WHERE verdict = 'YOUNG') AS young,"
            + " count(*) FILTER (WHERE verdict = 'IN_GRACE') AS in_grace"
            + " FROM (SELECT e.plan_code, e.account_id, c.size_bytes, <verdict> AS verdict FROM "
            + DueRuleSql.ENTITLEMENT + " JOIN account a ON a.id = e.account_id"
            + " JOIN mail_copy c ON c.account_id = e.account_id JOIN mailbox m ON m.id = c.mailbox_id"
            + " WHERE true<within>) v"
            + " JOIN plan p ON p.code = v.plan_code GROUP BY p.code, p.rank ORDER BY p.rank";

    /** What a run leaves to a later one is kept by its plan. */
    private static final String AS_A_RUN = "CASE WHEN " + DueRuleSql.VERDICT + " = 'DUE' AND NOT (true"
            + DueRuleSql.AGREEING_TODAY + ") THEN 'YOUNG' ELSE " + DueRuleSql.VERDICT + " END";

    private final Handle handle;

    public PreviewQuery(Handle handle) {
        this.handle = handle;
    }

    /**
     * The counts as of an instant.
     *
     * @param onlyUser narrows any scope to the mailboxes of one user; empty: does not
     */
    public Preview count(PurgeScope scope, Instant asOf, Optional<Long> onlyUser) {
        return count(scope, asOf, onlyUser, Optional.empty());
    }

    /**
     * The same as a run would do it: what today's plan keeps longer than the instant says is counted as young.
     *
     * @param today absent: plans are those of the instant only
     */
    public Preview count(PurgeScope scope, Instant asOf, Optional<Long> onlyUser, Optional<Instant> today) {
        Instant at = DueRuleSql.precise(asOf);
        String within = DueRuleSql.within(scope)
                + onlyUser.map(id -> " AND c.mailbox_id IN " + MailboxAccess.OF_USER)
                        .orElse("");
        Query query = handle.createQuery(COUNTS.replace("<within>", within)
                        .replace("<verdict>", today.isPresent() ? AS_A_RUN : DueRuleSql.VERDICT))
                .bind("asOf", at);
        today.ifPresent(now -> query.bind("now", now));
        onlyUser.ifPresent(id -> query.bind("user", id));
        List<Preview.PlanLine> lines = DueRuleSql.bindScope(query, scope)
                .map((row, context) -> line(row))
                .list();
        return new Preview(scope, at, lines);
    }

    private static Preview.PlanLine line(ResultSet row) throws SQLException {
        return new Preview.PlanLine(
                row.getString("code"),
                row.getLong("accounts"),
                row.getLong("copies"),
                row.getLong("due"),
                row.getLong("due_bytes"),
                new Kept(row.getLong("bound"), row.getLong("held"), row.getLong("young"), row.getLong("in_grace")));
    }
}
