package org.holdfast.retention;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What is due in the scope of a run, by mailbox; counted once into a table that ends with the transaction, and
 * read by everything that a run decides before it begins.
 */
final class DueCounts {

    /** account_id, mailbox_id, plan_code, copies, bytes; a row for each mailbox with due copies. */
    static final String TABLE = "pg_temp.due_mailbox";

    private static final String COUNT = "CREATE TEMPORARY TABLE due_mailbox ON COMMIT DROP AS SELECT e.account_id,"
            + " c.mailbox_id, e.plan_code, count(*) AS copies, sum(c.size_bytes)::bigint AS bytes FROM "
            + DueRuleSql.ENTITLEMENT + " JOIN account a ON a.id = e.account_id"
            + " JOIN mail_copy c ON c.account_id = e.account_id JOIN mailbox m ON m.id = c.mailbox_id"
            + " WHERE " + DueRuleSql.DUE + DueRuleSql.AGREEING_TODAY
            + "<within> GROUP BY e.account_id, c.mailbox_id, e.plan_code";

    private final Handle handle;

    DueCounts(Handle handle) {
        this.handle = handle;
    }

    /**
     * Counts.
     *
     * @param today what today's plans keep longer than the instant says is not due
     */
    void count(PurgeScope scope, Instant asOf, Instant today) {
        handle.execute("DROP TABLE IF EXISTS " + TABLE);
        DueRuleSql.bindScope(handle.createUpdate(COUNT.replace("<within>", DueRuleSql.within(scope))), scope)
                .bind("asOf", asOf)
                .bind("now", today)
                .execute();
    }

    /** Copies and bytes over all. */
    PurgeRun.Due total() {
        return handle.createQuery("SELECT coalesce(sum(copies), 0)::bigint AS copies,"
                        + " coalesce(sum(bytes), 0)::bigint AS bytes FROM " + TABLE)
                .map((row, context) -> new PurgeRun.Due(row.getLong("copies"), row.getLong("bytes")))
                .one();
    }

    List<PlanTotal> plans() {
        return handle.createQuery("SELECT p.code, count(DISTINCT d.account_id) AS accounts, sum(d.copies)::bigint AS"
                        + " copies, sum(d.bytes)::bigint AS bytes FROM " + TABLE
                        + " d JOIN plan p ON p.code = d.plan_code"
                        + " GROUP BY p.code, p.rank ORDER BY p.rank")
                .map((row, context) -> new PlanTotal(
                        row.getString("code"),
                        row.getLong("accounts"),
                        row.getLong("copies"),
                        row.getLong("bytes"),
                        Optional.empty(),
                        Optional.empty()))
                .list();
    }
}
