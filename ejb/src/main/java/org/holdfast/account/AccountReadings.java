package org.holdfast.account;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.mailbox.MailboxAccess;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** SQL for accounts at a glance: a page of them is one statement, whose cost does not grow with their number. */
final class AccountReadings {

    private static final String PAGE = "SELECT a.id, a.name, a.zone, a.hold_count, a.created_at, e.plan_code"
            + " FROM account a JOIN entitlement(CAST(:at AS timestamptz), 'infinity') e ON e.account_id = a.id"
            + " WHERE a.id > :after<filters> ORDER BY a.id LIMIT :limit";

    /** A row in force: from its beginning; without one FREE: from the end of the last, or from the account's beginning. */
    private static final String SINCE = "coalesce((SELECT s.valid_from FROM subscription s WHERE s.account_id = p.id"
            + " AND s.known_until IS NULL AND s.valid_from <= :at AND (s.valid_until IS NULL OR s.valid_until > :at)),"
            + " (SELECT max(s.valid_until) FROM subscription s WHERE s.account_id = p.id AND s.known_until IS NULL"
            + " AND s.valid_until <= :at), p.created_at)";

    private static final String NEXT = "SELECT * FROM (SELECT s.valid_from AS at, s.plan_code AS plan, false AS terms"
            + " FROM subscription s WHERE s.account_id = p.id AND s.known_until IS NULL AND s.valid_from > :at"
            + " UNION ALL SELECT s.valid_until, 'FREE', false FROM subscription s WHERE s.account_id = p.id"
            + " AND s.known_until IS NULL AND s.valid_until > :at AND NOT EXISTS (SELECT FROM subscription f"
            + " WHERE f.account_id = s.account_id AND f.known_until IS NULL AND f.valid_from = s.valid_until)"
            + " UNION ALL SELECT t.valid_from, t.plan_code, true FROM plan_terms t WHERE t.plan_code = p.plan_code"
            + " AND t.known_until IS NULL AND t.valid_from > :at) c ORDER BY at, terms LIMIT 1";

    private static final String SUMMARIES = "SELECT p.*, " + SINCE + " AS since, n.at AS next_at, n.plan AS next_plan,"
            + " n.terms AS next_terms, m.mailboxes, m.paused, c.copies, c.bytes FROM (" + PAGE + ") p"
            + " LEFT JOIN LATERAL (" + NEXT + ") n ON true"
            + " CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE b.state <> 'DISCONNECTED') AS mailboxes,"
            + "  count(*) FILTER (WHERE b.state = 'PAUSED_BY_PLAN') AS paused FROM mailbox b"
            + "  WHERE b.account_id = p.id<own b.id>) m"
            + " CROSS JOIN LATERAL (SELECT count(*) AS copies, coalesce(sum(k.size_bytes), 0)::bigint AS bytes"
            + "  FROM mailbox b JOIN mail_copy k ON k.mailbox_id = b.id WHERE b.account_id = p.id<own b.id>) c"
            + " ORDER BY p.id";

    private final Handle handle;

    AccountReadings(Handle handle) {
        this.handle = handle;
    }

    /**
     * A page in the order of ids.
     *
     * @param account only this one; empty: all
     * @param user counts only mailboxes of this user; empty: all
     */
    List<AccountSummary> page(
            AccountFilter filter, Optional<Long> account, Optional<Long> user, long after, int limit, Instant at) {
        String filters = (filter.name() == null ? "" : " AND lower(a.name) LIKE lower(:name) || '%'")
                + (filter.planCode() == null ? "" : " AND e.plan_code = :plan")
                + (filter.paused()
                        ? " AND EXISTS (SELECT FROM mailbox x WHERE x.account_id = a.id AND x.state = 'PAUSED_BY_PLAN')"
                        : "")
                + (account.isPresent() ? " AND a.id = :account AND e.account_id = :account" : "");
        Query query = handle.createQuery(SUMMARIES
                        .replace("<filters>", filters)
                        .replace("<own b.id>", user.isPresent() ? " AND b.id IN " + MailboxAccess.OF_USER : ""))
                .bind("at", at)
                .bind("after", after)
                .bind("limit", limit);
        if (filter.name() != null) {
            query.bind(
                    "name",
                    filter.name().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"));
        }
        if (filter.planCode() != null) {
            query.bind("plan", filter.planCode());
        }
        account.ifPresent(id -> query.bind("account", id));
        user.ifPresent(id -> query.bind("user", id));
        return query.map((row, context) -> summary(row)).list();
    }

    private static AccountSummary summary(ResultSet row) throws SQLException {
        Optional<AccountSummary.Change> next = row.getTimestamp("next_at") == null
                ? Optional.empty()
                : Optional.of(new AccountSummary.Change(
                        row.getTimestamp("next_at").toInstant(),
                        row.getString("next_plan"),
                        row.getBoolean("next_terms")));
        return new AccountSummary(
                row.getLong("id"),
                row.getString("name"),
                row.getString("zone"),
                row.getInt("hold_count") > 0,
                row.getString("plan_code"),
                row.getTimestamp("since").toInstant(),
                next,
                row.getLong("mailboxes"),
                row.getLong("paused"),
                row.getLong("copies"),
                row.getLong("bytes"));
    }

    /** What was done to an account, its people and its mailboxes, newest first. */
    List<AuditEntry> history(long accountId, long before, int limit) {
        return handle.createQuery(
                        "SELECT * FROM audit_event WHERE id < :before AND subject IN (SELECT 'account:' || :account"
                                + " UNION ALL SELECT 'mailbox:' || id FROM mailbox WHERE account_id = :account"
                                + " UNION ALL SELECT 'account:' || :account || ' user:' || id FROM app_user"
                                + " WHERE account_id = :account) ORDER BY id DESC LIMIT :limit")
                .bind("account", accountId)
                .bind("before", before)
                .bind("limit", limit)
                .map((row, context) -> new AuditEntry(
                        row.getLong("id"),
                        row.getTimestamp("at").toInstant(),
                        row.getString("actor"),
                        row.getString("action"),
                        row.getString("subject"),
                        Optional.ofNullable(row.getString("reason")),
                        Optional.ofNullable(row.getString("details"))))
                .list();
    }
}
