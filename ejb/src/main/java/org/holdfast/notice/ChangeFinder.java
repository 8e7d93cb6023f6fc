package org.holdfast.notice;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jdbi.v3.core.Handle;

/**
 * Finds in the timelines of a range of accounts the changes by which copies go earlier or mailboxes stop,
 * and keeps {@code notice_change} in step: new ones open, those that no longer come are withdrawn, those
 * whose first copies went are past.
 */
final class ChangeFinder {

    /** A change recorded for now may first take copies later: it is found for this long. */
    private static final Duration LOOK_BACK = Duration.ofDays(1);

    private static final String DATED = "WITH dated AS ("
            + "SELECT account_id, valid_from AS at FROM subscription WHERE known_until IS NULL"
            + " AND account_id BETWEEN :first AND :last AND valid_from > :from AND valid_from <= :until"
            + " UNION SELECT account_id, valid_until FROM subscription WHERE known_until IS NULL"
            + " AND account_id BETWEEN :first AND :last AND valid_until > :from AND valid_until <= :until"
            + " UNION SELECT e.account_id, t.at FROM (SELECT DISTINCT plan_code, valid_from AS at FROM plan_terms"
            + " WHERE known_until IS NULL AND valid_from > :from AND valid_from <= :until) t"
            + " CROSS JOIN LATERAL entitlement(t.at, 'infinity') e"
            + " WHERE e.plan_code = t.plan_code AND e.account_id BETWEEN :first AND :last"
            + " UNION SELECT account_id, effective_at FROM notice_change WHERE status = 'OPEN'"
            + " AND account_id BETWEEN :first AND :last)";

    /** Sooner than before, or synchronised before and not after; and not lifted again since. */
    private static final String WORSE = "((o.syncs AND NOT n.syncs) OR (n.unbound_days IS NOT NULL"
            + " AND (o.unbound_days IS NULL OR n.unbound_days < o.unbound_days)))"
            + " AND (d.at > :now OR EXISTS (SELECT FROM entitlement(:now, 'infinity') p WHERE p.account_id = d.account_id"
            + " AND p.plan_code = n.plan_code AND p.unbound_days IS NOT DISTINCT FROM n.unbound_days"
            + " AND p.syncs = n.syncs))";

    private static final String FIND = DATED
            + " SELECT d.account_id, d.at, o.plan_code AS old_plan, n.plan_code AS new_plan, o.unbound_days AS old_days,"
            + " n.unbound_days AS new_days, o.syncs AND NOT n.syncs AS sync_stops,"
            + " CASE WHEN o.syncs AND NOT n.syncs AND d.at > :now AND EXISTS (SELECT FROM mailbox m"
            + " WHERE m.account_id = d.account_id AND m.state <> 'DISCONNECTED') THEN d.at ELSE g.first_at END AS first_at"
            + " FROM dated d"
            + " CROSS JOIN LATERAL (SELECT * FROM entitlement(d.at - interval '1 microsecond', 'infinity') e"
            + " WHERE e.account_id = d.account_id) o"
            + " CROSS JOIN LATERAL (SELECT * FROM entitlement(d.at, 'infinity') e WHERE e.account_id = d.account_id) n"
            + " CROSS JOIN LATERAL (" + LeavingCopies.FIRST + ") g"
            + " WHERE EXISTS (SELECT FROM mailbox m WHERE m.account_id = d.account_id) AND " + WORSE;

    private final Handle handle;
    private final Instant now;

    ChangeFinder(Handle handle, Instant now) {
        this.handle = handle;
        this.now = now;
    }

    /**
     * The end of the next range of accounts.
     *
     * @return empty when there are none after that id
     */
    Optional<Long> rangeAfter(long accountId, int most) {
        return handle.createQuery(
                        "SELECT max(id) FROM (SELECT id FROM account WHERE id > :after ORDER BY id LIMIT :most) a")
                .bind("after", accountId)
                .bind("most", most)
                .mapTo(Long.class)
                .findOne();
    }

    /** Looks at the accounts from one id to another, both included. */
    void look(long first, long last, NoticeDays days) {
        List<Found> found = handle.createQuery(FIND)
                .bind("first", first)
                .bind("last", last)
                .bind("now", now)
                .bind("from", now.minus(LOOK_BACK))
                .bind("until", now.plus(Duration.ofDays(days.earliest() + 1L)))
                .map((row, context) -> found(row))
                .list();
        List<NoticeChange> open = open(first, last);
        for (NoticeChange change : open) {
            Optional<Found> same = found.stream().filter(f -> f.isStill(change)).findFirst();
            if (same.isEmpty()) {
                end(change, NoticeChange.Status.WITHDRAWN);
            } else if (isOver(same.get())) {
                end(change, NoticeChange.Status.PAST);
            } else {
                move(change, same.get().firstAt());
            }
        }
        List<NoticeChange> past = past(first, last);
        found.stream()
                .filter(f -> f.firstAt() != null && f.firstAt().isAfter(now))
                .filter(f -> open.stream().noneMatch(f::isStill))
                .filter(f -> past.stream().noneMatch(f::isStill))
                .forEach(this::insert);
    }

    private boolean isOver(Found found) {
        return found.firstAt() == null
                ? !found.at().isAfter(now)
                : !found.firstAt().isAfter(now);
    }

    private List<NoticeChange> open(long first, long last) {
        return handle.createQuery("SELECT * FROM notice_change WHERE status = 'OPEN'"
                        + " AND account_id BETWEEN :first AND :last FOR UPDATE")
                .bind("first", first)
                .bind("last", last)
                .map((row, context) -> change(row))
                .list();
    }

    /** What is still found and is over: the copies it leaves for later days are no change of their own. */
    private List<NoticeChange> past(long first, long last) {
        return handle.createQuery("SELECT * FROM notice_change WHERE status = 'PAST'"
                        + " AND account_id BETWEEN :first AND :last AND effective_at > :from")
                .bind("first", first)
                .bind("last", last)
                .bind("from", now.minus(LOOK_BACK))
                .map((row, context) -> change(row))
                .list();
    }

    private void end(NoticeChange change, NoticeChange.Status status) {
        handle.createUpdate("UPDATE notice_change SET status = :status, ended_at = :now WHERE id = :id")
                .bind("status", status)
                .bind("now", now)
                .bind("id", change.id())
                .execute();
    }

    private void move(NoticeChange change, Instant firstAt) {
        if (!Objects.equals(change.firstAt().orElse(null), firstAt)) {
            handle.createUpdate("UPDATE notice_change SET first_at = :first WHERE id = :id")
                    .bind("first", firstAt)
                    .bind("id", change.id())
                    .execute();
        }
    }

    private void insert(Found found) {
        handle.createUpdate("INSERT INTO notice_change (account_id, effective_at, kind, old_plan, new_plan, old_days,"
                        + " new_days, sync_stops, found_at, first_at, status) VALUES (:account, :at, :kind, :oldPlan,"
                        + " :newPlan, :oldDays, :newDays, :syncStops, :now, :first, 'OPEN')"
                        + " ON CONFLICT (account_id, effective_at) WHERE status = 'OPEN' DO NOTHING")
                .bind("account", found.accountId())
                .bind("at", found.at())
                .bind("kind", found.oldPlan().equals(found.newPlan()) ? "TERMS" : "SUBSCRIPTION")
                .bind("oldPlan", found.oldPlan())
                .bind("newPlan", found.newPlan())
                .bind("oldDays", found.oldDays())
                .bind("newDays", found.newDays())
                .bind("syncStops", found.syncStops())
                .bind("now", now)
                .bind("first", found.firstAt())
                .execute();
    }

    /** Whether a change still comes as it was found; asked again just before somebody is told. */
    boolean stillComes(NoticeChange change) {
        return handle
                .createQuery("SELECT o.unbound_days AS old_days, n.unbound_days AS new_days, o.plan_code AS old_plan,"
                        + " n.plan_code AS new_plan, o.syncs AND NOT n.syncs AS sync_stops, n.account_id,"
                        + " CAST(:at AS timestamptz) AS at, CAST(NULL AS timestamptz) AS first_at"
                        + " FROM entitlement(CAST(:at AS timestamptz) - interval '1 microsecond', 'infinity') o"
                        + " JOIN entitlement(:at, 'infinity') n ON n.account_id = o.account_id"
                        + " WHERE o.account_id = :account")
                .bind("at", change.effectiveAt())
                .bind("account", change.accountId())
                .map((row, context) -> found(row))
                .stream()
                .anyMatch(f -> f.isStill(change));
    }

    private static Found found(ResultSet row) throws SQLException {
        return new Found(
                row.getLong("account_id"),
                instant(row, "at"),
                row.getString("old_plan"),
                row.getString("new_plan"),
                row.getObject("old_days", Integer.class),
                row.getObject("new_days", Integer.class),
                row.getBoolean("sync_stops"),
                instant(row, "first_at"));
    }

    static NoticeChange change(ResultSet row) throws SQLException {
        return new NoticeChange(
                row.getLong("id"),
                row.getLong("account_id"),
                instant(row, "effective_at"),
                NoticeChange.Kind.valueOf(row.getString("kind")),
                row.getString("old_plan"),
                row.getString("new_plan"),
                days(row.getObject("old_days", Integer.class)),
                days(row.getObject("new_days", Integer.class)),
                row.getBoolean("sync_stops"),
                Optional.ofNullable(instant(row, "first_at")),
                NoticeChange.Status.valueOf(row.getString("status")));
    }

    private static OptionalInt days(Integer days) {
        return days == null ? OptionalInt.empty() : OptionalInt.of(days);
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    private record Found(
            long accountId,
            Instant at,
            String oldPlan,
            String newPlan,
            Integer oldDays,
            Integer newDays,
            boolean syncStops,
            Instant firstAt) {

        boolean isStill(NoticeChange change) {
            return accountId == change.accountId()
                    && at.equals(change.effectiveAt())
                    && newPlan.equals(change.newPlan())
                    && days(oldDays).equals(change.oldDays())
                    && days(newDays).equals(change.newDays())
                    && syncStops == change.syncStops();
        }
    }
}
