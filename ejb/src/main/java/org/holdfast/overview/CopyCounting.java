package org.holdfast.overview;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Counts copies into the tables that the overview reads, range by range of mailboxes. */
final class CopyCounting {

    /** How long arrivals are counted back: a day more than the chart shows, in every time zone. */
    private static final Duration BACK = Duration.ofDays(Situation.DAYS_BACK + 2L);

    private final Handle handle;

    CopyCounting(Handle handle) {
        this.handle = handle;
    }

    /**
     * Whether it is time: never before some minutes have passed, and never more than a small part of the time.
     *
     * @param least how long at least since the last counting ended
     * @param share how many times as long as it took
     */
    boolean isDue(Duration least, int share) {
        return handle.createQuery("SELECT ended_at IS NULL OR ended_at + greatest(:least * interval '1 second',"
                        + " :share * took_millis * interval '1 millisecond') <= clock_timestamp() FROM copy_counting")
                .bind("least", least.toSeconds())
                .bind("share", share)
                .mapTo(Boolean.class)
                .one();
    }

    /** The end of the next range of mailboxes; empty when there are none after that id. */
    Optional<Long> rangeAfter(long mailboxId, int most) {
        return handle.createQuery(
                        "SELECT max(id) FROM (SELECT id FROM mailbox WHERE id > :after ORDER BY id LIMIT :most) m")
                .bind("after", mailboxId)
                .bind("most", most)
                .mapTo(Long.class)
                .findOne();
    }

    /** Counts the copies of mailboxes from one id to another, both included, anew. */
    void count(long first, long last, Instant now) {
        handle.createUpdate("DELETE FROM copy_count WHERE mailbox_id BETWEEN :first AND :last")
                .bind("first", first)
                .bind("last", last)
                .execute();
        handle.createUpdate("INSERT INTO copy_count (mailbox_id, account_id, bound, held, unlimited, temporary,"
                        + " leaving, bytes, as_of) "
                        + CopyCountSql.of(
                                "mailbox_id, account_id, ",
                                " AND e.account_id IN (SELECT account_id FROM mailbox WHERE id BETWEEN :first AND :last)",
                                " AND c.mailbox_id BETWEEN :first AND :last",
                                ", CAST(:now AS timestamptz)")
                        + " GROUP BY mailbox_id, account_id")
                .bind("now", now)
                .bind("horizon", now.plus(Duration.ofDays(CopyCounts.DAYS_AHEAD)))
                .bind("first", first)
                .bind("last", last)
                .execute();
    }

    /** Adds the arrivals of a range to those of the ranges before: by quarter, kept and all. */
    void arrivals(long first, long last, Instant now, Map<Instant, long[]> all) {
        handle.createQuery("SELECT date_bin('15 minutes', c.copied_at, timestamptz '2000-01-01Z') AS quarter,"
                        + " count(*) FILTER (WHERE c.bind_count + c.hold_count + m.hold_count + a.hold_count > 0) AS kept,"
                        + " count(*) AS copies FROM mail_copy c JOIN mailbox m ON m.id = c.mailbox_id"
                        + " JOIN account a ON a.id = c.account_id"
                        + " WHERE c.mailbox_id BETWEEN :first AND :last AND c.copied_at >= :from GROUP BY 1")
                .bind("first", first)
                .bind("last", last)
                .bind("from", now.minus(BACK).truncatedTo(ChronoUnit.DAYS))
                .map((row, context) -> Map.entry(
                        OverviewQuery.instant(row, "quarter"), new long[] {row.getLong("kept"), row.getLong("copies")}))
                .forEach(found ->
                        all.merge(found.getKey(), found.getValue(), (a, b) -> new long[] {a[0] + b[0], a[1] + b[1]}));
    }

    /** Says that every mailbox is counted, as of its beginning. */
    void end(Instant began, long tookMillis, Map<Instant, long[]> arrivals) {
        handle.execute("DELETE FROM copy_arrival_count");
        PreparedBatch batch = handle.prepareBatch(
                "INSERT INTO copy_arrival_count (quarter, kept, copies) VALUES (:quarter, :kept, :copies)");
        new HashMap<>(arrivals).forEach((quarter, counts) -> batch.bind("quarter", quarter)
                .bind("kept", counts[0])
                .bind("copies", counts[1])
                .add());
        batch.execute();
        handle.createUpdate("UPDATE copy_counting SET as_of = :began, ended_at = clock_timestamp(),"
                        + " took_millis = :took, copies = (SELECT coalesce(sum(bound + held + unlimited + temporary), 0)"
                        + " FROM copy_count)")
                .bind("began", began)
                .bind("took", tookMillis)
                .execute();
    }
}
