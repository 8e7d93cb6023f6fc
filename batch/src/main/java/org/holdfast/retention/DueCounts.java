package org.holdfast.retention;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/**
 * What is due in the scope of a run, by mailbox; counted once into a table that ends with the transaction, and
 * read by everything that a run decides before it begins.
 */
final class DueCounts {

    /** account_id, mailbox_id, plan_code, copies, bytes; a row for each mailbox with due copies. */
    static final String TABLE = "pg_temp.due_mailbox";

    /** id, account_id, mailbox_id, plan_code, size_bytes, clock; a row for each due copy, where they were listed. */
    static final String LISTED = "pg_temp.due_copy";

    /**
     * Account by account, so that each reads one stretch of an index that has all that is asked for (OFFSET 0 keeps
     * the planner from guessing otherwise: it takes the plans for a handful).
     */
    private static final String DUE =
            "SELECT c.id, e.account_id, c.mailbox_id, e.plan_code, c.size_bytes, c.clock FROM "
                    + DueRuleSql.ENTITLEMENT + " JOIN account a ON a.id = e.account_id CROSS JOIN LATERAL (SELECT c.id,"
                    + " c.mailbox_id, c.size_bytes, c.clock FROM mail_copy c JOIN mailbox m ON m.id = c.mailbox_id"
                    + " WHERE c.account_id = e.account_id AND " + DueRuleSql.DUE + "<within> OFFSET 0) c WHERE true"
                    + DueRuleSql.AGREEING_TODAY;

    private static final String SUM = "CREATE TEMPORARY TABLE due_mailbox ON COMMIT DROP AS SELECT c.account_id,"
            + " c.mailbox_id, c.plan_code, count(*) AS copies, sum(c.size_bytes)::bigint AS bytes FROM (<due>) c"
            + " GROUP BY c.account_id, c.mailbox_id, c.plan_code";

    private static final String LIST = "CREATE TEMPORARY TABLE due_copy ON COMMIT DROP AS ";

    /** Of the chunks of a run; what is locked now, or was bound since, was left in them. */
    private static final String LEFT = "SELECT c.id, e.account_id, c.mailbox_id, e.plan_code, c.size_bytes, c.clock"
            + " FROM (SELECT unnest(copies) AS id FROM purge_chunk WHERE run_id = :run OFFSET 0) i"
            + " JOIN mail_copy c ON c.id = i.id JOIN purge_terms(ARRAY(SELECT DISTINCT unnest(accounts)"
            + " FROM purge_chunk WHERE run_id = :run), CAST(:asOf AS timestamptz), CAST(:now AS timestamptz)) e"
            + " ON e.account_id = c.account_id CROSS JOIN LATERAL (SELECT e.hold_count, e.keep_until) a"
            + " JOIN mailbox m ON m.id = c.mailbox_id WHERE " + DueRuleSql.DUE + "<within>";

    private final Handle handle;

    DueCounts(Handle handle) {
        this.handle = handle;
    }

    /**
     * Counts.
     *
     * @param today what today's plans keep longer than the instant says is not due
     */
    void count(PurgeOrder order, Instant today) {
        make("due_mailbox", SUM.replace("<due>", DUE), order, today);
    }

    /** Lists and counts. */
    void list(PurgeOrder order, Instant today) {
        make("due_copy", LIST + DUE, order, today);
        sum();
    }

    /** Lists and counts what is due still of what a run has left in its chunks. */
    void listLeft(PurgeOrder order, Instant today) {
        make("due_copy", LIST + LEFT, order, today);
        sum();
    }

    private void sum() {
        handle.execute("DROP TABLE IF EXISTS " + TABLE);
        handle.execute(SUM.replace("<due>", "SELECT * FROM " + LISTED));
    }

    private void make(String table, String sql, PurgeOrder order, Instant today) {
        handle.execute("DROP TABLE IF EXISTS pg_temp." + table);
        Update update = DueRuleSql.bindScope(
                handle.createUpdate(sql.replace("<within>", DueRuleSql.within(order.scope()))), order.scope());
        if (sql.contains(":run")) {
            update.bind("run", order.runId());
        }
        update.bind("asOf", order.asOf()).bind("now", today).execute();
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
