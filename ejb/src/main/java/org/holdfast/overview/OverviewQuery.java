package org.holdfast.overview;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.holdfast.mailbox.MailboxAccess;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** The figures in a handful of statements, whose number does not depend on how much there is. */
final class OverviewQuery {

    private static final long LIVE_MOST = 100_000;

    private final Handle handle;
    private final Instant now;
    private final Optional<Viewer> viewer;
    private final long liveMost;

    /**
     * One reading.
     *
     * @param viewer the owner who asks; empty: somebody who sees everything
     */
    OverviewQuery(Handle handle, Instant now, Optional<Viewer> viewer) {
        this(handle, now, viewer, LIVE_MOST);
    }

    /**
     * As {@link #OverviewQuery(Handle, Instant, Optional)}.
     *
     * @param liveMost up to how many copies are counted at each reading
     */
    OverviewQuery(Handle handle, Instant now, Optional<Viewer> viewer, long liveMost) {
        this.liveMost = liveMost;
        this.handle = handle;
        this.now = now;
        this.viewer = viewer;
    }

    Situation read(ZoneId zone) {
        AttentionQuery attention = new AttentionQuery(this);
        Counted copies = copies();
        return new Situation(
                now,
                accounts(),
                mailboxes(),
                copies.counts(),
                copies.asOf(),
                lastPurge(),
                changes(),
                attention.worst(),
                attention.count(),
                days(zone, copies.kept()));
    }

    private long accounts() {
        return query("SELECT count(*) FROM account WHERE true" + only("id"))
                .mapTo(Long.class)
                .one();
    }

    private MailboxCounts mailboxes() {
        return query("""
                SELECT count(*) FILTER (WHERE healthy) AS healthy,
                       count(*) FILTER (WHERE state = 'PAUSED_BY_USER') AS paused,
                       count(*) FILTER (WHERE NOT healthy AND state <> 'PAUSED_BY_USER') AS action
                  FROM (SELECT m.state, m.state = 'ACTIVE' AND coalesce(s.failures, 0) < :failing AS healthy
                          FROM mailbox m
                          LEFT JOIN mailbox_sync s ON s.mailbox_id = m.id
                         WHERE m.state <> 'DISCONNECTED'""" + onlyMailboxes("m.id") + ") AS connected")
                .bind("failing", AttentionQuery.FAILING)
                .map((row, context) ->
                        new MailboxCounts(row.getLong("healthy"), row.getLong("paused"), row.getLong("action")))
                .one();
    }

    private Counted copies() {
        Optional<Counted> kept = kept();
        return kept.isPresent() ? kept.get() : live();
    }

    /** Where there are many, counts that were made before; empty where counting live is as good. */
    private Optional<Counted> kept() {
        return query("""
                SELECT coalesce(sum(bound), 0) AS bound, coalesce(sum(held), 0) AS held,
                       coalesce(sum(unlimited), 0) AS unlimited, coalesce(sum(temporary), 0) AS temporary,
                       coalesce(sum(leaving), 0) AS leaving, coalesce(sum(bytes), 0) AS bytes, min(as_of) AS as_of
                  FROM copy_count WHERE true""" + only("account_id") + onlyMailboxes("mailbox_id"))
                .map((row, context) -> new Counted(counts(row), instant(row, "as_of"), true))
                .findOne()
                .filter(counted -> counted.counts().all() > liveMost);
    }

    private Counted live() {
        CopyCounts counts = query(CopyCountSql.of(
                        "", only("e.account_id"), only("c.account_id") + onlyMailboxes("c.mailbox_id"), ""))
                .bind("horizon", now.plus(Duration.ofDays(CopyCounts.DAYS_AHEAD)))
                .map((row, context) -> counts(row))
                .one();
        return new Counted(counts, now, false);
    }

    private static CopyCounts counts(ResultSet row) throws SQLException {
        return new CopyCounts(
                row.getLong("bound"),
                row.getLong("held"),
                row.getLong("unlimited"),
                row.getLong("temporary"),
                row.getLong("leaving"),
                row.getLong("bytes"));
    }

    /**
     * Counts, and as of when.
     *
     * @param kept whether they were made before
     */
    private record Counted(CopyCounts counts, Instant asOf, boolean kept) {}

    /** Runs are the installation's; an owner sees that one was, not how much it took from others. */
    private Optional<LastPurge> lastPurge() {
        return query("""
                SELECT r.id, r.status, r.as_of, r.started_at, r.ended_at,
                       coalesce(sum(s.purged_copies), 0) AS purged, coalesce(sum(s.purged_bytes), 0) AS bytes
                  FROM (SELECT * FROM purge_run ORDER BY id DESC LIMIT 1) AS r
                  LEFT JOIN purge_slice s ON s.run_id = r.id
                 GROUP BY r.id, r.status, r.as_of, r.started_at, r.ended_at""")
                .map((row, context) -> new LastPurge(
                        row.getLong("id"),
                        row.getString("status"),
                        instant(row, "as_of"),
                        instant(row, "started_at"),
                        Optional.ofNullable(instant(row, "ended_at")),
                        viewer.isPresent() ? 0 : row.getLong("purged"),
                        viewer.isPresent() ? 0 : row.getLong("bytes")))
                .findOne();
    }

    private List<DatedChange> changes() {
        return query("""
                WITH known AS (
                    SELECT s.account_id, a.name, s.plan_code, s.valid_from, s.valid_until
                      FROM subscription s
                      JOIN account a ON a.id = s.account_id
                     WHERE s.known_from <= :now AND (s.known_until IS NULL OR s.known_until > :now)
                       AND (s.valid_until IS NULL OR s.valid_until > :now)""" + only("s.account_id") + """
                )
                SELECT t.valid_from AS at, 'TERMS' AS kind, t.plan_code, CAST(NULL AS text) AS name
                  FROM plan_terms t
                 WHERE t.known_from <= :now AND (t.known_until IS NULL OR t.known_until > :now)
                   AND t.valid_from > :now""" + onlyPlans() + """
                 UNION ALL
                SELECT valid_from, 'SUBSCRIPTION_STARTS', plan_code, name FROM known WHERE valid_from > :now
                 UNION ALL
                SELECT k.valid_until, 'SUBSCRIPTION_ENDS', 'FREE', k.name
                  FROM known k
                 WHERE NOT EXISTS (SELECT FROM known n
                                    WHERE n.account_id = k.account_id AND n.valid_from = k.valid_until)
                   AND k.valid_until IS NOT NULL
                 ORDER BY at, kind, name
                 LIMIT 5""")
                .map((row, context) -> new DatedChange(
                        instant(row, "at"),
                        DatedChange.Kind.valueOf(row.getString("kind")),
                        row.getString("plan_code"),
                        Optional.ofNullable(row.getString("name"))))
                .list();
    }

    private String onlyPlans() {
        return viewer.isEmpty()
                ? ""
                : " AND t.plan_code IN (SELECT e.plan_code FROM entitlement(t.valid_from, :now) AS e"
                        + " WHERE e.account_id = :account) ";
    }

    private List<DayOfCopies> days(ZoneId zone, boolean kept) {
        LocalDate today = LocalDate.ofInstant(now, zone);
        LocalDate first = today.minusDays(Situation.DAYS_BACK - 1L);
        Map<LocalDate, long[]> found = new HashMap<>();
        for (DayOfCopies day : kept && viewer.isEmpty() ? arrived(zone, first) : copied(zone, first)) {
            found.put(day.day(), new long[] {day.kept(), day.temporary(), 0});
        }
        for (DayOfCopies day : viewer.isPresent() ? List.<DayOfCopies>of() : purged(zone, first)) {
            found.computeIfAbsent(day.day(), none -> new long[3])[2] = day.purged();
        }
        return IntStream.range(0, Situation.DAYS_BACK)
                .mapToObj(first::plusDays)
                .map(day -> {
                    long[] counts = found.getOrDefault(day, new long[3]);
                    return new DayOfCopies(day, counts[0], counts[1], counts[2]);
                })
                .toList();
    }

    private List<DayOfCopies> copied(ZoneId zone, LocalDate first) {
        return query("""
                SELECT CAST(c.copied_at AT TIME ZONE :zone AS date) AS day,
                       count(*) FILTER (WHERE c.bind_count + c.hold_count + m.hold_count + a.hold_count > 0) AS kept,
                       count(*) AS copies
                  FROM mail_copy c
                  JOIN account a ON a.id = c.account_id
                  JOIN mailbox m ON m.id = c.mailbox_id
                 WHERE c.copied_at >= :from""" + only("c.account_id") + onlyMailboxes("c.mailbox_id") + " GROUP BY 1")
                .bind("zone", zone.getId())
                .bind("from", first.atStartOfDay(zone).toInstant())
                .map((row, context) -> day(row))
                .list();
    }

    /** As {@link #copied}, from what was counted before. */
    private List<DayOfCopies> arrived(ZoneId zone, LocalDate first) {
        return query("""
                SELECT CAST(quarter AT TIME ZONE :zone AS date) AS day, sum(kept) AS kept, sum(copies) AS copies
                  FROM copy_arrival_count WHERE quarter >= :from GROUP BY 1""")
                .bind("zone", zone.getId())
                .bind("from", first.atStartOfDay(zone).toInstant())
                .map((row, context) -> day(row))
                .list();
    }

    private static DayOfCopies day(ResultSet row) throws SQLException {
        return new DayOfCopies(
                row.getObject("day", LocalDate.class),
                row.getLong("kept"),
                row.getLong("copies") - row.getLong("kept"),
                0);
    }

    private List<DayOfCopies> purged(ZoneId zone, LocalDate first) {
        return query("""
                SELECT CAST(recorded_at AT TIME ZONE :zone AS date) AS day, sum(copies) AS copies
                  FROM ledger_entry
                 WHERE recorded_at >= :from
                 GROUP BY 1""")
                .bind("zone", zone.getId())
                .bind("from", first.atStartOfDay(zone).toInstant())
                .map((row, context) ->
                        new DayOfCopies(row.getObject("day", LocalDate.class), 0, 0, row.getLong("copies")))
                .list();
    }

    /** The tenant filter on a column that holds an account's id, with a blank on either side. */
    String only(String column) {
        return viewer.isEmpty() ? " " : " AND " + column + " = :account ";
    }

    /** The filter on a column that holds a mailbox's id: a colleague's mailbox is none of an owner's business. */
    String onlyMailboxes(String column) {
        return viewer.isEmpty() ? " " : " AND " + column + " IN " + MailboxAccess.OF_USER + " ";
    }

    boolean isForOneAccount() {
        return viewer.isPresent();
    }

    /** With the instant and the account bound where the statement names them. */
    Query query(String sql) {
        Query query = handle.createQuery(sql);
        if (sql.contains(":now")) {
            query.bind("now", now);
        }
        if (sql.contains(":account")) {
            query.bind("account", viewer.orElseThrow().account());
        }
        if (sql.contains(":user")) {
            query.bind("user", viewer.orElseThrow().user());
        }
        return query;
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }
}
