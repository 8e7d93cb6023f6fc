package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Reads stored previews. */
public final class PreviewRepository {

    private static final String PREVIEW = "SELECT p.*, w.done_before, ARRAY(SELECT DISTINCT t.change_id FROM"
            + " preview_terms t WHERE t.preview_id = p.id ORDER BY 1) AS changes,"
            + " extract(epoch FROM clock_timestamp() - w.worker_since) AS seconds"
            + " FROM preview p JOIN preview_work w ON w.preview_id = p.id";

    private static final String MAILBOX = "SELECT r.*, a.name AS account_name, m.address FROM preview_mailbox r"
            + " JOIN account a ON a.id = r.account_id JOIN mailbox m ON m.id = r.mailbox_id WHERE r.preview_id = :preview";

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public PreviewRepository(Handle handle) {
        this.handle = handle;
    }

    public Optional<StoredPreview> find(long id) {
        return handle.createQuery(PREVIEW + " WHERE p.id = :id")
                .bind("id", id)
                .map((row, context) -> preview(row))
                .findOne();
    }

    /**
     * Previews, newest first.
     *
     * @param beforeId the last id of the page before; null for the first page
     */
    public List<StoredPreview> page(Long beforeId, int limit) {
        return handle.createQuery(PREVIEW + " WHERE CAST(:before AS bigint) IS NULL OR p.id < :before"
                        + " ORDER BY p.id DESC LIMIT :limit")
                .bind("before", beforeId)
                .bind("limit", limit)
                .map((row, context) -> preview(row))
                .list();
    }

    /** The previews that suppose a drafted change of terms, newest first. */
    public List<StoredPreview> ofTermsChange(long changeId, int limit) {
        return handle.createQuery(PREVIEW + " WHERE EXISTS (SELECT FROM preview_terms t WHERE t.preview_id = p.id"
                        + " AND t.change_id = :change) ORDER BY p.id DESC LIMIT :limit")
                .bind("change", changeId)
                .bind("limit", limit)
                .map((row, context) -> preview(row))
                .list();
    }

    /**
     * The mailboxes of a preview by their ids.
     *
     * @param afterMailbox the last id of the page before; 0 for the first page
     */
    public List<PreviewMailbox> mailboxes(long previewId, long afterMailbox, int limit) {
        return handle.createQuery(MAILBOX + " AND r.mailbox_id > :after ORDER BY r.mailbox_id LIMIT :limit")
                .bind("preview", previewId)
                .bind("after", afterMailbox)
                .bind("limit", limit)
                .map((row, context) -> mailbox(row))
                .list();
    }

    /** The mailboxes that lose most copies which would stay otherwise, then those that stop or resume. */
    public List<PreviewMailbox> mostTouched(long previewId, int limit) {
        return handle.createQuery(MAILBOX + " AND (r.due_copies > r.anyway_copies OR r.sync_change IS NOT NULL)"
                        + " ORDER BY r.due_copies - r.anyway_copies DESC, r.mailbox_id LIMIT :limit")
                .bind("preview", previewId)
                .bind("limit", limit)
                .map((row, context) -> mailbox(row))
                .list();
    }

    /** The copies by plan, in the order of plans, and age, youngest first. */
    public List<PreviewAge> ages(long previewId) {
        return handle.createQuery("SELECT g.* FROM preview_age g JOIN plan p ON p.code = g.plan_code"
                        + " WHERE g.preview_id = :preview ORDER BY p.rank, g.age_days")
                .bind("preview", previewId)
                .map((row, context) -> new PreviewAge(
                        row.getString("plan_code"),
                        row.getInt("age_days"),
                        row.getLong("due_copies"),
                        row.getLong("due_bytes"),
                        row.getLong("anyway_copies"),
                        kept(row)))
                .list();
    }

    /**
     * Some of the due copies by their ids.
     *
     * @param afterCopy the last id of the page before; 0 for the first page
     */
    public List<PreviewSample> samples(long previewId, long afterCopy, int limit) {
        return handle.createQuery("SELECT * FROM preview_sample WHERE preview_id = :preview AND copy_id > :after"
                        + " ORDER BY copy_id LIMIT :limit")
                .bind("preview", previewId)
                .bind("after", afterCopy)
                .bind("limit", limit)
                .map((row, context) -> new PreviewSample(
                        row.getLong("copy_id"),
                        row.getLong("account_id"),
                        row.getLong("mailbox_id"),
                        instant(row, "clock").orElseThrow(),
                        row.getLong("size_bytes")))
                .list();
    }

    private static StoredPreview preview(ResultSet row) throws SQLException {
        PreviewStatus status = PreviewStatus.valueOf(row.getString("status"));
        byte[] hash = row.getBytes("hash");
        return new StoredPreview(
                row.getLong("id"),
                PreviewRequest.Kind.valueOf(row.getString("kind")),
                instant(row, "as_of").orElseThrow(),
                instant(row, "baseline_at").orElseThrow(),
                new PurgeScope(PurgeScope.Kind.valueOf(row.getString("scope_kind")), row.getString("scope_ref")),
                List.of((Long[]) row.getArray("changes").getArray()),
                planChange(row),
                status,
                row.getString("requested_by"),
                instant(row, "requested_at").orElseThrow(),
                instant(row, "ended_at"),
                Optional.ofNullable(row.getObject("last_copy", Long.class)),
                progress(row, status),
                totals(row),
                hash == null ? Optional.empty() : Optional.of(HexFormat.of().formatHex(hash)),
                Optional.ofNullable(row.getString("failure")));
    }

    private static Optional<StoredPreview.PlanChange> planChange(ResultSet row) throws SQLException {
        return row.getString("to_plan") == null
                ? Optional.empty()
                : Optional.of(new StoredPreview.PlanChange(
                        Optional.ofNullable(row.getString("from_plan")),
                        row.getString("to_plan"),
                        instant(row, "change_from").orElseThrow(),
                        instant(row, "change_until")));
    }

    private static StoredPreview.Progress progress(ResultSet row, PreviewStatus status) throws SQLException {
        Optional<Long> total = Optional.ofNullable(row.getObject("accounts_total", Long.class));
        long done = row.getLong("accounts_done");
        double seconds = row.getDouble("seconds");
        boolean running = status == PreviewStatus.RUNNING && seconds > 0;
        double rate = running ? (done - row.getLong("done_before")) / seconds : 0;
        Optional<Duration> left = rate > 0
                ? total.map(all -> Duration.ofSeconds((long) Math.ceil(Math.max(0, all - done) / rate)))
                : Optional.empty();
        return new StoredPreview.Progress(total, done, rate, left);
    }

    private static StoredPreview.Totals totals(ResultSet row) throws SQLException {
        return new StoredPreview.Totals(
                row.getLong("accounts_touched"),
                row.getLong("mailboxes"),
                row.getLong("mailboxes_stopping"),
                row.getLong("mailboxes_resuming"),
                row.getLong("copies"),
                row.getLong("due_copies"),
                row.getLong("due_bytes"),
                row.getLong("anyway_copies"),
                row.getLong("anyway_bytes"),
                kept(row));
    }

    private static PreviewMailbox mailbox(ResultSet row) throws SQLException {
        return new PreviewMailbox(
                row.getLong("account_id"),
                row.getString("account_name"),
                row.getLong("mailbox_id"),
                row.getString("address"),
                row.getString("plan_code"),
                row.getLong("due_copies"),
                row.getLong("due_bytes"),
                row.getLong("anyway_copies"),
                row.getLong("anyway_bytes"),
                kept(row),
                Optional.ofNullable(row.getString("sync_change")).map(PreviewMailbox.SyncChange::valueOf));
    }

    private static Kept kept(ResultSet row) throws SQLException {
        return new Kept(
                row.getLong("kept_bound"),
                row.getLong("kept_held"),
                row.getLong("kept_young"),
                row.getLong("kept_in_grace"));
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }
}
