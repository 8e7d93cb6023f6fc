package org.holdfast.retention;

import org.holdfast.mailbox.MailboxPlaces;

/**
 * The texts of a preview's work. They judge by {@link DueRuleSql}, as the purge does; only where the plans come
 * from differs: {@code e} is what the preview supposes, {@code b} the baseline that it is compared with.
 */
final class PreviewSql {

    private static final String SUPPOSED = "entitlement_under(:preview, CAST(:asOf AS timestamptz)) e";
    private static final String BASELINE = "entitlement(CAST(:baseline AS timestamptz), 'infinity') b";

    /** Counts per kind of verdict over rows of verdict and copies. */
    private static final String KEPT =
            "coalesce(sum(copies) FILTER (WHERE verdict = 'BOUND'), 0)::bigint AS kept_bound,"
                    + " coalesce(sum(copies) FILTER (WHERE verdict = 'HELD'), 0)::bigint AS kept_held,"
                    + " coalesce(sum(copies) FILTER (WHERE verdict = 'YOUNG'), 0)::bigint AS kept_young,"
                    + " coalesce(sum(copies) FILTER (WHERE verdict = 'IN_GRACE'), 0)::bigint AS kept_in_grace";

    private static final String COUNTS =
            "coalesce(sum(copies) FILTER (WHERE verdict = 'DUE'), 0)::bigint AS due_copies,"
                    + " coalesce(sum(bytes) FILTER (WHERE verdict = 'DUE'), 0)::bigint AS due_bytes,"
                    + " coalesce(sum(copies) FILTER (WHERE verdict = 'DUE' AND anyway), 0)::bigint AS anyway_copies,"
                    + " coalesce(sum(bytes) FILTER (WHERE verdict = 'DUE' AND anyway), 0)::bigint AS anyway_bytes, "
                    + KEPT;

    /** Lower end of the age at the instant, in days. */
    private static final String AGE = "CASE WHEN c.clock > CAST(:asOf AS timestamptz) - interval '168 hours' THEN 0"
            + " WHEN c.clock > CAST(:asOf AS timestamptz) - interval '720 hours' THEN 7"
            + " WHEN c.clock > CAST(:asOf AS timestamptz) - interval '1440 hours' THEN 30"
            + " WHEN c.clock > CAST(:asOf AS timestamptz) - interval '2160 hours' THEN 60"
            + " WHEN c.clock > CAST(:asOf AS timestamptz) - interval '4320 hours' THEN 90"
            + " WHEN c.clock > CAST(:asOf AS timestamptz) - interval '8760 hours' THEN 180 ELSE 365 END";

    /** Each table is bounded by itself: what holds for one of two equal columns is not inferred for the other. */
    private static final String RANGE =
            " e.account_id > :after AND e.account_id <= :last AND b.account_id > :after AND b.account_id <= :last"
                    + " AND m.account_id > :after AND m.account_id <= :last<covers>";

    /** Every copy of the range once, and no more of it than its size: the groups are few. */
    private static final String JUDGED =
            "judged AS (SELECT m.id AS mailbox_id, " + DueRuleSql.VERDICT + " COLLATE \"C\" AS verdict,"
                    + " coalesce(" + DueRuleSql.due("b", ":baseline") + ", false) AS anyway, " + AGE + " AS age_days,"
                    + " count(*) AS copies, sum(c.size_bytes)::bigint AS bytes FROM " + SUPPOSED
                    + " JOIN account a ON a.id = e.account_id JOIN " + BASELINE + " ON b.account_id = e.account_id"
                    + " JOIN mailbox m ON m.account_id = e.account_id"
                    + " JOIN mail_copy c ON c.mailbox_id = m.id AND c.account_id = m.account_id"
                    + " WHERE a.id > :after AND a.id <= :last AND" + RANGE
                    + "<mailbox> GROUP BY m.id, verdict, anyway, age_days)";

    private static final String PLACED = "placed AS (SELECT b.*, " + MailboxPlaces.PLACE + " AS place FROM mailbox b"
            + " WHERE b.state <> 'DISCONNECTED' AND b.account_id > :after AND b.account_id <= :last)";

    private static final String COVERED = "covered AS (SELECT c.id AS mailbox_id, c.account_id, c.plan_code,"
            + " CASE WHEN NOT c.can OR c.will = c.did THEN NULL WHEN c.will THEN 'RESUMES' ELSE 'STOPS' END AS sync_change"
            + " FROM (SELECT m.id, m.account_id, e.plan_code, m.state NOT IN ('DISCONNECTED', 'PAUSED_BY_USER') AS can,"
            + " " + syncs("e") + " AS will, " + syncs("b") + " AS did FROM " + SUPPOSED + " JOIN " + BASELINE
            + " ON b.account_id = e.account_id JOIN mailbox m ON m.account_id = e.account_id"
            + " LEFT JOIN placed p ON p.id = m.id WHERE" + RANGE + "<mailbox>) c)";

    private static final String ROWS = "stored AS (INSERT INTO preview_mailbox (preview_id, mailbox_id, account_id,"
            + " plan_code, due_copies, due_bytes, anyway_copies, anyway_bytes, kept_bound, kept_held, kept_young,"
            + " kept_in_grace, sync_change) SELECT :preview, v.mailbox_id, v.account_id, v.plan_code,"
            + " coalesce(j.due_copies, 0), coalesce(j.due_bytes, 0), coalesce(j.anyway_copies, 0),"
            + " coalesce(j.anyway_bytes, 0), coalesce(j.kept_bound, 0), coalesce(j.kept_held, 0),"
            + " coalesce(j.kept_young, 0), coalesce(j.kept_in_grace, 0), v.sync_change FROM covered v LEFT JOIN"
            + " (SELECT mailbox_id, " + COUNTS + " FROM judged GROUP BY mailbox_id) j USING (mailbox_id) RETURNING *)";

    private static final String AGES = "ages AS (INSERT INTO preview_age AS g (preview_id, plan_code, age_days,"
            + " due_copies, due_bytes, anyway_copies, kept_bound, kept_held, kept_young, kept_in_grace)"
            + " SELECT :preview, plan_code, age_days, due_copies, due_bytes, anyway_copies, kept_bound, kept_held,"
            + " kept_young, kept_in_grace FROM (SELECT v.plan_code, j.age_days, " + COUNTS
            + " FROM judged j JOIN covered v USING (mailbox_id) GROUP BY v.plan_code, j.age_days) s"
            + " ORDER BY plan_code, age_days ON CONFLICT (preview_id, plan_code, age_days) DO UPDATE SET"
            + " due_copies = g.due_copies + excluded.due_copies, due_bytes = g.due_bytes + excluded.due_bytes,"
            + " anyway_copies = g.anyway_copies + excluded.anyway_copies,"
            + " kept_bound = g.kept_bound + excluded.kept_bound, kept_held = g.kept_held + excluded.kept_held,"
            + " kept_young = g.kept_young + excluded.kept_young,"
            + " kept_in_grace = g.kept_in_grace + excluded.kept_in_grace)";

    /**
     * Reads one range of accounts in one statement, which sees one moment of it, and stores what it found.
     * Answers nothing; the preview's own totals are raised by it, if nobody ended it meanwhile.
     */
    static final String STORE = "WITH " + JUDGED + ", " + PLACED + ", " + COVERED + ", " + ROWS + ", " + AGES + ","
            + " sums AS (SELECT count(*) AS mailboxes, count(*) FILTER (WHERE sync_change = 'STOPS') AS stopping,"
            + " count(*) FILTER (WHERE sync_change = 'RESUMES') AS resuming, count(DISTINCT account_id) FILTER"
            + " (WHERE sync_change IS NOT NULL OR due_copies > anyway_copies) AS touched,"
            + " coalesce(sum(due_copies), 0) AS due_copies, coalesce(sum(due_bytes), 0) AS due_bytes,"
            + " coalesce(sum(anyway_copies), 0) AS anyway_copies, coalesce(sum(anyway_bytes), 0) AS anyway_bytes,"
            + " coalesce(sum(kept_bound), 0) AS kept_bound, coalesce(sum(kept_held), 0) AS kept_held,"
            + " coalesce(sum(kept_young), 0) AS kept_young, coalesce(sum(kept_in_grace), 0) AS kept_in_grace FROM stored)"
            + " UPDATE preview p SET accounts_done = p.accounts_done + :accounts,"
            + " accounts_touched = p.accounts_touched + s.touched, mailboxes = p.mailboxes + s.mailboxes,"
            + " mailboxes_stopping = p.mailboxes_stopping + s.stopping,"
            + " mailboxes_resuming = p.mailboxes_resuming + s.resuming, copies = p.copies + s.due_copies + s.kept_bound"
            + " + s.kept_held + s.kept_young + s.kept_in_grace, due_copies = p.due_copies + s.due_copies,"
            + " due_bytes = p.due_bytes + s.due_bytes, anyway_copies = p.anyway_copies + s.anyway_copies,"
            + " anyway_bytes = p.anyway_bytes + s.anyway_bytes, kept_bound = p.kept_bound + s.kept_bound,"
            + " kept_held = p.kept_held + s.kept_held, kept_young = p.kept_young + s.kept_young,"
            + " kept_in_grace = p.kept_in_grace + s.kept_in_grace FROM sums s"
            + " WHERE p.id = :preview AND p.status = 'RUNNING'";

    /** The next accounts by their ids: how many, and the last one. */
    static final String NEXT = "SELECT count(*) AS accounts, max(account_id) AS last FROM (SELECT e.account_id FROM "
            + SUPPOSED + " WHERE e.account_id > :after<covers> ORDER BY e.account_id LIMIT :size) k";

    /** Whether mailboxes are synchronised at this moment, on any node. */
    static final String SYNCING =
            "SELECT EXISTS (SELECT FROM mailbox_sync WHERE lease_owner IS NOT NULL AND lease_until > clock_timestamp())";

    /** How many accounts the preview covers. */
    static final String TOTAL = "SELECT count(*) FROM " + SUPPOSED + " WHERE true<covers>";

    /** Of the mailboxes of a range that lose most, their youngest due copies. */
    static final String SAMPLES = "INSERT INTO preview_sample (preview_id, copy_id, account_id, mailbox_id, clock,"
            + " size_bytes) SELECT :preview, k.id, r.account_id, r.mailbox_id, k.clock, k.size_bytes FROM"
            + " (SELECT account_id, mailbox_id FROM preview_mailbox WHERE preview_id = :preview AND account_id > :after"
            + " AND account_id <= :last AND due_copies > 0"
            + " ORDER BY due_copies - anyway_copies DESC, mailbox_id LIMIT :mailboxes) r"
            + " JOIN account a ON a.id = r.account_id JOIN mailbox m ON m.id = r.mailbox_id"
            + " JOIN " + SUPPOSED
            + " ON e.account_id = r.account_id CROSS JOIN LATERAL (SELECT c.id, c.clock, c.size_bytes"
            + " FROM mail_copy c WHERE c.mailbox_id = r.mailbox_id AND c.account_id = r.account_id AND "
            + DueRuleSql.DUE
            + " ORDER BY c.clock DESC, c.id DESC LIMIT :each) k";

    private PreviewSql() {}

    /** A mailbox syncs if the plan does and it is not beyond the limit; over it the newest pause. */
    private static String syncs(String plan) {
        return plan + ".syncs AND coalesce(p.place <= CASE WHEN m.shared THEN " + plan + ".shared_mailboxes ELSE "
                + plan + ".mailboxes_per_user END, true)";
    }

    /** A text for one preview: the accounts that it covers, and the copies of the scope. */
    static String of(String text, PreviewRequest.Kind kind, PurgeScope scope) {
        boolean oneMailbox = scope.kind() == PurgeScope.Kind.MAILBOX;
        return text.replace("<covers>", covers(kind, scope))
                .replace("<mailbox>", oneMailbox ? " AND m.id = :scope" : "");
    }

    private static String covers(PreviewRequest.Kind kind, PurgeScope scope) {
        return switch (kind) {
            case TERMS -> " AND e.plan_code IN (SELECT t.plan_code FROM preview_terms t WHERE t.preview_id = :preview)";
            case SUBSCRIPTION ->
                " AND e.account_id IN (SELECT s.account_id FROM preview_subscription s WHERE s.preview_id = :preview)";
            case DATE ->
                switch (scope.kind()) {
                    case EVERYTHING -> "";
                    case PLAN -> " AND e.plan_code = :scope";
                    case ACCOUNT -> " AND e.account_id = :scope";
                    case MAILBOX -> " AND e.account_id = (SELECT s.account_id FROM mailbox s WHERE s.id = :scope)";
                };
        };
    }
}
