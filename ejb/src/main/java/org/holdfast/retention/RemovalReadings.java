package org.holdfast.retention;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Reads what was reckoned. */
final class RemovalReadings {

    private static final String SUMS = " sum(leaving_copies) AS leaving, sum(leaving_bytes) AS bytes,"
            + " sum(bound_copies) AS bound, sum(held_copies) AS held, sum(grace_copies) AS grace";

    private static final String WITHIN = " WHERE r.day < :end AND (CAST(:plan AS text) IS NULL OR r.plan_code = :plan)"
            + " AND (CAST(:account AS bigint) IS NULL OR r.account_id = :account)";

    private final Handle handle;
    private final RemovalFilter filter;
    private final Instant now;

    RemovalReadings(Handle handle, RemovalFilter filter, Instant now) {
        this.handle = handle;
        this.filter = filter;
        this.now = now;
    }

    /** Day by day, in order; days on which nothing leaves or is kept are left out. */
    List<RemovalLine> byDay() {
        return lines("SELECT CAST(r.day AS text) AS key, CAST(r.day AS text) AS label," + SUMS + " FROM removal_day r"
                + WITHIN + " GROUP BY r.day ORDER BY r.day");
    }

    /** Plan by plan, in the plans' order. */
    List<RemovalLine> byPlan() {
        return lines("SELECT p.code AS key, p.name AS label," + SUMS
                + " FROM removal_day r JOIN plan p ON p.code = r.plan_code" + WITHIN
                + " GROUP BY p.code, p.name, p.rank ORDER BY p.rank");
    }

    /** The accounts that lose most, first. */
    List<RemovalLine> worstAccounts(int most) {
        return lines("SELECT CAST(a.id AS text) AS key, a.name AS label," + SUMS
                + " FROM removal_day r JOIN account a ON a.id = r.account_id" + WITHIN
                + " GROUP BY a.id, a.name HAVING sum(leaving_copies) > 0 ORDER BY leaving DESC, a.id LIMIT " + most);
    }

    /** Accounts in the order of their ids. */
    List<RemovalLine> accountsAfter(long afterId, int most) {
        return lines("SELECT CAST(a.id AS text) AS key, a.name AS label," + SUMS
                + " FROM removal_day r JOIN account a ON a.id = r.account_id" + WITHIN + " AND r.account_id > "
                + afterId
                + " GROUP BY a.id, a.name ORDER BY a.id LIMIT " + most);
    }

    /** The outlook around lines. */
    RemovalOutlook outlook(List<RemovalLine> lines) {
        return handle.createQuery("SELECT * FROM removal_reckoning")
                .map((row, context) -> new RemovalOutlook(
                        Optional.ofNullable(row.getTimestamp("as_of")).map(java.sql.Timestamp::toInstant),
                        Optional.ofNullable(row.getObject("took_millis", Long.class))
                                .map(Duration::ofMillis),
                        row.getBoolean("running"),
                        row.getLong("done"),
                        row.getLong("accounts"),
                        lines))
                .one();
    }

    private List<RemovalLine> lines(String sql) {
        Query query = handle.createQuery(sql)
                .bind("end", now.atOffset(ZoneOffset.UTC).toLocalDate().plusDays(filter.days()))
                .bind("plan", filter.planCode().orElse(null))
                .bind("account", filter.accountId().orElse(null));
        return query.map((row, context) -> new RemovalLine(
                        row.getString("key"),
                        row.getString("label"),
                        row.getLong("leaving"),
                        row.getLong("bytes"),
                        row.getLong("bound"),
                        row.getLong("held"),
                        row.getLong("grace")))
                .list();
    }
}
