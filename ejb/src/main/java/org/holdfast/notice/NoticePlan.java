package org.holdfast.notice;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Plans who is told when, for the open changes of a range of accounts, and cancels what is not needed any
 * more. Told are the users who own a mailbox of the account, once for each number of days: a key in the
 * database sees to that.
 */
final class NoticePlan {

    private static final String OF_RANGE =
            " n.change_id = c.id AND c.account_id BETWEEN :first AND :last AND n.status = 'PLANNED'";

    private final Handle handle;
    private final Instant now;

    NoticePlan(Handle handle, Instant now) {
        this.handle = handle;
        this.now = now;
    }

    /** Brings the plans of the accounts from one id to another, both included, in step with their changes. */
    void plan(long first, long last, NoticeDays days) {
        cancel(first, last);
        List<NoticeChange> open = handle.createQuery("SELECT * FROM notice_change WHERE status = 'OPEN'"
                        + " AND first_at > :now AND account_id BETWEEN :first AND :last")
                .bind("now", now)
                .bind("first", first)
                .bind("last", last)
                .map((row, context) -> ChangeFinder.change(row))
                .list();
        open.forEach(change -> plan(change, days));
        retract(first, last);
    }

    private void plan(NoticeChange change, NoticeDays days) {
        Instant firstAt = change.firstAt().orElseThrow();
        for (int d : days.useful(firstAt, now)) {
            handle.createUpdate("INSERT INTO notice AS n (kind, change_id, account_id, user_id, days, due_at, status,"
                            + " recorded_at) SELECT DISTINCT 'LEAVING', CAST(:change AS bigint), m.account_id, u.id,"
                            + " CAST(:days AS smallint), CAST(:due AS timestamptz), 'PLANNED', CAST(:now AS timestamptz)"
                            + " FROM mailbox m JOIN app_user u ON u.id = m.owner_id AND u.disabled_at IS NULL"
                            + " WHERE m.account_id = :account"
                            + " ON CONFLICT (change_id, user_id, days) WHERE change_id IS NOT NULL"
                            + " DO UPDATE SET due_at = excluded.due_at WHERE n.status = 'PLANNED'"
                            + " AND n.due_at <> excluded.due_at")
                    .bind("change", change.id())
                    .bind("account", change.accountId())
                    .bind("days", d)
                    .bind("due", NoticeDays.dueAt(firstAt, d))
                    .bind("now", now)
                    .execute();
        }
        days.nearestDue(firstAt, now).ifPresent(nearest -> handle.createUpdate("UPDATE notice SET status = CASE"
                        + " WHEN tries > 0 THEN 'FAILED' ELSE 'CANCELLED' END,"
                        + " error = concat_ws(': ', 'A later notice took its place', error)"
                        + " WHERE change_id = :change AND days > :nearest AND status = 'PLANNED'")
                .bind("change", change.id())
                .bind("nearest", nearest)
                .execute());
    }

    private void cancel(long first, long last) {
        update(
                "UPDATE notice n SET status = 'CANCELLED', error = 'The change was withdrawn' FROM notice_change c"
                        + " WHERE c.status = 'WITHDRAWN' AND n.kind = 'LEAVING' AND" + OF_RANGE,
                first,
                last);
        update(
                "UPDATE notice n SET status = CASE WHEN n.tries > 0 THEN 'FAILED' ELSE 'CANCELLED' END,"
                        + " error = concat_ws(': ', 'The first copies went before it could be sent', n.error)"
                        + " FROM notice_change c WHERE (c.status = 'PAST' OR c.first_at <= :now) AND n.kind = 'LEAVING' AND"
                        + OF_RANGE,
                first,
                last);
        // Nothing would leave any more; should that change again, it is planned again.
        update(
                "DELETE FROM notice n USING notice_change c WHERE c.status = 'OPEN' AND c.first_at IS NULL"
                        + " AND n.kind = 'LEAVING' AND n.tries = 0 AND" + OF_RANGE,
                first,
                last);
    }

    /** Those who were told, or may have been, of a change that was withdrawn before its date. */
    private void retract(long first, long last) {
        update(
                "INSERT INTO notice (kind, change_id, account_id, user_id, days, due_at, status, recorded_at)"
                        + " SELECT DISTINCT 'RETRACTION', c.id, c.account_id, n.user_id, 0, CAST(:now AS timestamptz), 'PLANNED',"
                        + " CAST(:now AS timestamptz) FROM notice_change c JOIN notice n ON n.change_id = c.id"
                        + " JOIN app_user u ON u.id = n.user_id AND u.disabled_at IS NULL"
                        + " WHERE c.status = 'WITHDRAWN' AND c.ended_at > CAST(:now AS timestamptz) - interval '7 days'"
                        + " AND c.account_id BETWEEN :first AND :last AND n.kind = 'LEAVING'"
                        + " AND (n.status IN ('SENT', 'UNKNOWN') OR n.may_have_arrived)"
                        + " ON CONFLICT (change_id, user_id, days) WHERE change_id IS NOT NULL DO NOTHING",
                first,
                last);
    }

    private void update(String sql, long first, long last) {
        var update = handle.createUpdate(sql).bind("first", first).bind("last", last);
        if (sql.contains(":now")) {
            update.bind("now", now);
        }
        update.execute();
    }
}
