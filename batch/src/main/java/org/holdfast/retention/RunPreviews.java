package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/** The stored previews that a run carries out, and what it found other than they say. */
final class RunPreviews {

    /** How many differing mailboxes a comparison shows one by one. */
    private static final int LARGEST = 200;

    /** Of the changes of terms and plans that came into force since the last completed run. */
    private static final String SINCE_LAST_RUN = "WITH last AS (SELECT coalesce(max(as_of), '-infinity') AS as_of"
            + " FROM purge_run WHERE status = 'COMPLETED' AND scope_kind = 'EVERYTHING' AND as_of < :asOf)"
            + " SELECT p.id FROM preview p, last WHERE p.status = 'READY' AND (p.id IN (SELECT t.preview_id"
            + " FROM terms_change t WHERE t.status = 'PUBLISHED' AND t.effective_at > last.as_of"
            + " AND t.effective_at <= :asOf) OR p.id IN (SELECT s.preview_id FROM subscription s"
            + " WHERE s.known_until IS NULL AND s.valid_from > last.as_of AND s.valid_from <= :asOf)) ORDER BY p.id";

    /**
     * Every mailbox of which a preview speaks, with what it says (the latest one where there are several) and
     * what is due: those that it lists, and those that have come into its plans or scope since.
     */
    private static final String MAILBOXES = "WITH chosen AS (SELECT * FROM preview WHERE id = ANY(:previews)),"
            + " said AS (SELECT DISTINCT ON (x.mailbox_id) x.mailbox_id, x.account_id, x.plan_code, x.due_copies, p.id,"
            + " p.as_of, p.requested_at, p.last_copy FROM preview_mailbox x JOIN chosen p ON p.id = x.preview_id"
            + " ORDER BY x.mailbox_id, p.as_of DESC, p.id DESC),"
            + " silent AS (SELECT d.mailbox_id, p.id, p.as_of, p.requested_at, p.last_copy FROM " + DueCounts.TABLE
            + " d CROSS JOIN LATERAL (SELECT * FROM chosen p WHERE (p.kind = 'DATE' AND (p.scope_kind = 'EVERYTHING'"
            + " OR p.scope_kind = 'PLAN' AND p.scope_ref = d.plan_code"
            + " OR p.scope_kind = 'ACCOUNT' AND p.scope_ref = d.account_id::text"
            + " OR p.scope_kind = 'MAILBOX' AND p.scope_ref = d.mailbox_id::text))"
            + " OR (p.kind = 'TERMS' AND EXISTS (SELECT FROM preview_terms t WHERE t.preview_id = p.id"
            + " AND t.plan_code = d.plan_code))"
            + " OR (p.kind = 'SUBSCRIPTION' AND EXISTS (SELECT FROM preview_subscription t WHERE t.preview_id = p.id"
            + " AND t.account_id = d.account_id)) ORDER BY p.as_of DESC, p.id DESC LIMIT 1) p"
            + " WHERE NOT EXISTS (SELECT FROM said WHERE said.mailbox_id = d.mailbox_id)),"
            + " spoken AS (SELECT mailbox_id, plan_code, due_copies, as_of, requested_at, last_copy FROM said"
            + " UNION ALL SELECT mailbox_id, NULL, 0, as_of, requested_at, last_copy FROM silent),"
            + " both_sides AS (SELECT s.mailbox_id, c.account_id, s.plan_code AS plan_before,"
            + " e.plan_code AS plan_now, s.due_copies AS expected, coalesce(d.copies, 0) AS due, s.as_of AS said_at,"
            + " s.requested_at, coalesce(s.last_copy, 9223372036854775807) AS last_copy FROM spoken s"
            + " JOIN mailbox c ON c.id = s.mailbox_id JOIN " + DueRuleSql.ENTITLEMENT
            + " ON e.account_id = c.account_id"
            + " LEFT JOIN " + DueCounts.TABLE + " d ON d.mailbox_id = s.mailbox_id WHERE true<within>)";

    private static final String TOTALS = MAILBOXES + " SELECT coalesce(sum(expected), 0)::bigint AS expected,"
            + " coalesce(sum(due), 0)::bigint AS due FROM both_sides";

    private static final String RECORD = MAILBOXES + ", explained AS (SELECT b.*, w.*, a.created_at, m.connected_at"
            + " FROM both_sides b JOIN account a ON a.id = b.account_id JOIN mailbox m ON m.id = b.mailbox_id"
            + " JOIN " + DueRuleSql.ENTITLEMENT + " ON e.account_id = b.account_id"
            + " CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE <due> AND c.id > b.last_copy) AS arrived,"
            + " count(*) FILTER (WHERE <due> AND c.id <= b.last_copy AND c.clock > b.said_at"
            + " - e.unbound_days * interval '24 hours') AS aged,"
            + " count(*) FILTER (WHERE <due> AND c.id <= b.last_copy AND c.clock <= b.said_at"
            + " - e.unbound_days * interval '24 hours' AND " + DueRuleSql.GRACE_END
            + " - e.grace_days * interval '24 hours' > b.requested_at) AS released,"
            + " count(*) FILTER (WHERE c.bind_count > 0 AND c.id <= b.last_copy AND c.clock <= <cutoff> AND NOT EXISTS"
            + " (SELECT FROM binding g WHERE g.copy_id = c.id AND g.bound_at <= b.requested_at)) AS bound,"
            + " count(*) FILTER (WHERE c.bind_count = 0 AND c.id <= b.last_copy AND c.clock <= <cutoff>"
            + " AND c.hold_count + m.hold_count + a.hold_count > 0 AND NOT EXISTS (SELECT FROM legal_hold h"
            + " WHERE h.account_id = b.account_id AND (h.mailbox_id IS NULL OR h.mailbox_id = b.mailbox_id)"
            + " AND h.placed_at <= b.requested_at AND (h.released_at IS NULL OR h.released_at > :asOf))) AS held"
            + " FROM mail_copy c WHERE c.mailbox_id = b.mailbox_id) w WHERE b.expected <> b.due)";

    private static final String DIFFERENCE = " SELECT account_id, mailbox_id, expected AS expected_copies,"
            + " due AS due_copies, arrived, aged, released, bound, held, plan_before, plan_now, CASE"
            + " WHEN created_at > requested_at THEN 'ACCOUNT_NEW' WHEN connected_at > requested_at THEN 'MAILBOX_NEW'"
            + " WHEN plan_before IS DISTINCT FROM plan_now THEN 'PLAN_CHANGED'"
            + " WHEN due > expected AND arrived + aged + released = 0 THEN 'OTHER'"
            + " WHEN due > expected THEN CASE greatest(arrived, aged, released) WHEN arrived THEN 'ARRIVED'"
            + " WHEN aged THEN 'AGED' ELSE 'RELEASED' END"
            + " WHEN greatest(bound, held) >= expected - due - bound - held AND greatest(bound, held) > 0 THEN"
            + " CASE WHEN bound >= held THEN 'BOUND' ELSE 'HELD' END ELSE 'GONE' END AS reason FROM explained";

    private final Handle handle;
    private final PurgeOrder order;

    RunPreviews(Handle handle, PurgeOrder order) {
        this.handle = handle;
        this.order = order;
    }

    /**
     * Those of what came into force since the last completed run, and the preview that was named: naming one takes
     * no change out of its own.
     */
    List<Long> chosen(Optional<Long> named) {
        Set<Long> previews = new TreeSet<>(handle.createQuery(SINCE_LAST_RUN)
                .bind("asOf", order.asOf())
                .mapTo(Long.class)
                .list());
        named.ifPresent(previews::add);
        return List.copyOf(previews);
    }

    /** Copies that the previews counted due in the run's scope, and those that are due where they speak. */
    Totals totals(List<Long> previews) {
        return bound(handle.createQuery(sql(TOTALS)), previews)
                .map((row, context) -> new Totals(row.getLong("expected"), row.getLong("due")))
                .one();
    }

    /** Copies expected and found. */
    record Totals(long expected, long due) {}

    /** Compares without recording. */
    Comparison compare(List<Long> previews) {
        List<Difference> differences = bound(handle.createQuery(sql(RECORD + DIFFERENCE)), previews)
                .map((row, context) -> difference(row))
                .list();
        Totals totals = totals(previews);
        List<Comparison.ByReason> reasons = new ArrayList<>();
        for (Difference.Reason reason : Difference.Reason.values()) {
            List<Difference> of =
                    differences.stream().filter(d -> d.reason() == reason).toList();
            if (!of.isEmpty()) {
                reasons.add(new Comparison.ByReason(
                        reason,
                        of.size(),
                        of.stream()
                                .mapToLong(d -> Math.max(0, d.due() - d.expected()))
                                .sum(),
                        of.stream()
                                .mapToLong(d -> Math.max(0, d.expected() - d.due()))
                                .sum()));
            }
        }
        reasons.sort(java.util.Comparator.comparingLong(Comparison.ByReason::mailboxes)
                .reversed());
        List<Difference> largest = differences.stream()
                .sorted(java.util.Comparator.comparingLong((Difference d) -> -Math.abs(d.due() - d.expected()))
                        .thenComparingLong(Difference::mailboxId))
                .limit(LARGEST)
                .toList();
        return new Comparison(totals.expected(), totals.due(), differences.size(), reasons, largest);
    }

    /** Records what the run is compared with and each mailbox that differs, with its reason. */
    void record(List<Long> previews) {
        handle.createUpdate("INSERT INTO purge_run_preview (run_id, preview_id) SELECT :run, unnest(:previews)")
                .bind("run", order.runId())
                .bind("previews", previews.toArray(Long[]::new))
                .execute();
        bound(
                        handle.createUpdate("INSERT INTO purge_difference (run_id, account_id, mailbox_id,"
                                + " expected_copies, due_copies, arrived, aged, released, bound, held, plan_before,"
                                + " plan_now, reason) SELECT :run, d.* FROM (" + sql(RECORD + DIFFERENCE) + ") d"),
                        previews)
                .bind("run", order.runId())
                .execute();
    }

    /** What was recorded; empty if the run has no preview. */
    static Optional<Comparison> recorded(Handle handle, long runId) {
        Optional<Totals> totals = handle.createQuery("SELECT expected_copies, compared_copies FROM purge_run"
                        + " WHERE id = :run AND expected_copies IS NOT NULL")
                .bind("run", runId)
                .map((row, context) -> new Totals(row.getLong(1), row.getLong(2)))
                .findOne();
        return totals.map(sums -> {
            List<Comparison.ByReason> reasons = handle.createQuery("SELECT reason, count(*) AS mailboxes,"
                            + " sum(greatest(0, due_copies - expected_copies))::bigint AS more,"
                            + " sum(greatest(0, expected_copies - due_copies))::bigint AS fewer"
                            + " FROM purge_difference WHERE run_id = :run GROUP BY reason ORDER BY 2 DESC, 1")
                    .bind("run", runId)
                    .map((row, context) -> new Comparison.ByReason(
                            Difference.Reason.valueOf(row.getString("reason")),
                            row.getLong("mailboxes"),
                            row.getLong("more"),
                            row.getLong("fewer")))
                    .list();
            List<Difference> largest = handle.createQuery("SELECT * FROM purge_difference WHERE run_id = :run"
                            + " ORDER BY abs(due_copies - expected_copies) DESC, mailbox_id LIMIT :most")
                    .bind("run", runId)
                    .bind("most", LARGEST)
                    .map((row, context) -> difference(row))
                    .list();
            long mailboxes =
                    reasons.stream().mapToLong(Comparison.ByReason::mailboxes).sum();
            return new Comparison(sums.expected(), sums.due(), mailboxes, reasons, largest);
        });
    }

    private String sql(String template) {
        String cutoff = "(CAST(:asOf AS timestamptz) - e.unbound_days * interval '24 hours')";
        return template.replace("<within>", within())
                .replace("<due>", DueRuleSql.DUE)
                .replace("<cutoff>", cutoff);
    }

    /** The run's scope; {@code c} is the mailbox here. */
    private String within() {
        return DueRuleSql.within(order.scope()).replace("c.mailbox_id", "c.id");
    }

    private <S extends SqlStatement<S>> S bound(S statement, List<Long> previews) {
        return DueRuleSql.bindScope(statement, order.scope())
                .bind("asOf", order.asOf())
                .bind("previews", previews.toArray(Long[]::new));
    }

    private static Difference difference(ResultSet row) throws SQLException {
        return new Difference(
                row.getLong("account_id"),
                row.getLong("mailbox_id"),
                row.getLong("expected_copies"),
                row.getLong("due_copies"),
                row.getLong("arrived"),
                row.getLong("aged"),
                row.getLong("released"),
                row.getLong("bound"),
                row.getLong("held"),
                Optional.ofNullable(row.getString("plan_before")),
                row.getString("plan_now"),
                Difference.Reason.valueOf(row.getString("reason")));
    }
}
