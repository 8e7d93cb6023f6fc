package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.holdfast.mailbox.MailboxAccess;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.message.CopyCursor;
import org.holdfast.plan.EntitlementSpan;
import org.jdbi.v3.core.Handle;

/** Reads what an owner is shown of the own mail; every statement keeps to the owner's mailboxes. */
final class MyMailQuery {

    private static final String TODAY_ENDS =
            "date_trunc('day', CAST(:now AS timestamptz), 'UTC') + interval '24 hours' - interval '1 microsecond'";

    private static final String HORIZON = TODAY_ENDS + " + " + MyMail.DAYS_AHEAD + " * interval '24 hours'";

    /** What each day until the horizon ends with, as {@link RemovalReckoning} follows it, and the latest of them. */
    private static final String EDGE = "WITH days AS MATERIALIZED (SELECT t, t - e.unbound_days * interval '24 hours'"
            + " AS cutoff FROM generate_series(" + TODAY_ENDS + ", " + HORIZON + ", interval '24 hours') t"
            + " CROSS JOIN LATERAL entitlement(t, 'infinity') e WHERE e.account_id = :account),"
            + " edge AS MATERIALIZED (SELECT max(cutoff) AS at FROM days)";

    /** After a grace the plan of that later day decides, which may keep longer than the one before. */
    private static final String LEAVES =
            "c.bind_count = 0 AND c.hold_count = 0 AND m.hold_count = 0 AND a.hold_count = 0"
                    + " AND c.clock <= edge.at AND (" + DueRuleSql.GRACE_END + " IS NULL OR EXISTS (SELECT FROM days d"
                    + " WHERE d.t >= " + DueRuleSql.GRACE_END + " AND c.clock <= d.cutoff))";

    private final Handle handle;
    private final Instant now;

    MyMailQuery(Handle handle, Instant now) {
        this.handle = handle;
        this.now = now;
    }

    MyMail.Standing standing(long account, long user) {
        return handle.createQuery("SELECT p.name, e.unbound_days, e.syncs FROM entitlement(:now, 'infinity') e"
                        + " JOIN plan p ON p.code = e.plan_code WHERE e.account_id = :account")
                .bind("now", now)
                .bind("account", account)
                .map((row, context) -> new MyMail.Standing(
                        now,
                        row.getString("name"),
                        days(row),
                        row.getBoolean("syncs"),
                        mailboxes(account, user),
                        upgrades(account, user)))
                .one();
    }

    private List<MyMail.OwnMailbox> mailboxes(long account, long user) {
        return handle.createQuery(EDGE + " SELECT m.id, m.address, m.shared, m.state, count(c.id) AS copies,"
                        + " coalesce(sum(c.size_bytes), 0) AS bytes,"
                        + " count(c.id) FILTER (WHERE c.bind_count + c.hold_count + m.hold_count + a.hold_count > 0) AS kept,"
                        + " count(c.id) FILTER (WHERE " + LEAVES + ") AS leaving,"
                        + " coalesce(sum(c.size_bytes) FILTER (WHERE " + LEAVES + "), 0) AS leaving_bytes"
                        + " FROM edge, mailbox m JOIN account a ON a.id = m.account_id"
                        + " LEFT JOIN mail_copy c ON c.mailbox_id = m.id WHERE m.account_id = :account AND m.id IN "
                        + MailboxAccess.OF_USER + " GROUP BY m.id ORDER BY m.address, m.id")
                .bind("now", now)
                .bind("account", account)
                .bind("user", user)
                .map((row, context) -> new MyMail.OwnMailbox(
                        row.getLong("id"),
                        row.getString("address"),
                        row.getBoolean("shared"),
                        MailboxState.valueOf(row.getString("state")),
                        row.getLong("copies"),
                        row.getLong("bytes"),
                        row.getLong("kept"),
                        row.getLong("leaving"),
                        row.getLong("leaving_bytes")))
                .list();
    }

    /** Of each plan that keeps longer: how many of the leaving copies lie inside its window at the horizon. */
    private List<MyMail.Upgrade> upgrades(long account, long user) {
        return handle.createQuery(EDGE + ","
                        + " leaving AS MATERIALIZED (SELECT c.clock FROM edge, account a JOIN mail_copy c"
                        + " ON c.account_id = a.id JOIN mailbox m ON m.id = c.mailbox_id WHERE a.id = :account AND "
                        + LEAVES
                        + " AND c.mailbox_id IN " + MailboxAccess.OF_USER + ")"
                        + " SELECT p.name, t.unbound_days, (SELECT count(*) FROM leaving l WHERE t.unbound_days IS NULL"
                        + " OR l.clock > " + HORIZON + " - t.unbound_days * interval '24 hours') AS stays"
                        + " FROM plan p JOIN plan_terms t ON t.plan_code = p.code WHERE t.known_until IS NULL"
                        + " AND t.valid_from <= " + HORIZON + " AND (t.valid_until IS NULL OR t.valid_until > "
                        + HORIZON
                        + ") AND t.syncs AND (t.unbound_days IS NULL OR " + HORIZON
                        + " - t.unbound_days * interval '24 hours' < (SELECT at FROM edge)) ORDER BY p.rank")
                .bind("now", now)
                .bind("account", account)
                .bind("user", user)
                .map((row, context) -> new MyMail.Upgrade(row.getString("name"), days(row), row.getLong("stays")))
                .list();
    }

    List<MyMail.Leaving> leaving(
            long account, long user, Long mailbox, List<EntitlementSpan> timeline, CopyCursor after, int limit) {
        return handle.createQuery(
                        EDGE + " SELECT c.id, c.mailbox_id, m.address, c.sender, c.subject, c.clock, c.size_bytes,"
                                + " " + DueRuleSql.GRACE_END
                                + " AS grace FROM edge, account a JOIN mail_copy c ON c.account_id = a.id"
                                + " JOIN mailbox m ON m.id = c.mailbox_id WHERE a.id = :account AND " + LEAVES
                                + " AND c.mailbox_id IN " + MailboxAccess.OF_USER
                                + (mailbox == null ? "" : " AND c.mailbox_id = :mailbox")
                                + (after == null ? "" : " AND (c.clock, c.id) > (:clock, :id)")
                                + " ORDER BY c.clock, c.id LIMIT :limit")
                .bind("now", now)
                .bind("account", account)
                .bind("user", user)
                .bind("mailbox", mailbox)
                .bind("clock", after == null ? null : after.clock())
                .bind("id", after == null ? null : after.id())
                .bind("limit", limit)
                .configure(org.jdbi.v3.core.statement.SqlStatements.class, c -> c.setUnusedBindingAllowed(true))
                .map((row, context) -> leaving(row, timeline))
                .list();
    }

    private MyMail.Leaving leaving(ResultSet row, List<EntitlementSpan> timeline) throws SQLException {
        Instant clock = row.getTimestamp("clock").toInstant();
        Instant grace = row.getTimestamp("grace") == null
                ? null
                : row.getTimestamp("grace").toInstant();
        Fate fate = Fate.of(new DueRule.Facts(clock, false, false, grace), timeline, now);
        return new MyMail.Leaving(
                row.getLong("id"),
                row.getLong("mailbox_id"),
                row.getString("address"),
                row.getString("sender"),
                row.getString("subject"),
                clock,
                fate.leavesAt().orElseGet(() -> now.plus(Duration.ofDays(MyMail.DAYS_AHEAD))),
                row.getLong("size_bytes"));
    }

    private static OptionalInt days(ResultSet row) throws SQLException {
        Integer days = row.getObject("unbound_days", Integer.class);
        return days == null ? OptionalInt.empty() : OptionalInt.of(days);
    }
}
