package org.holdfast.retention;

import jakarta.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.event.EventType;
import org.holdfast.event.Events;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * The work on a preview: claimed by lease, prepared once, then range after range of accounts, each in one
 * transaction that reads it, stores what it found and moves the cursor. Of the business tables it only reads.
 */
final class PreviewWork {

    /** How long a claim holds without a range; by the database's clock. */
    static final Duration LEASE = Duration.ofSeconds(60);

    /** After so many workers in a row that got nothing done, the preview is failed. */
    static final int IDLE_WORKERS = 5;

    private static final int SAMPLES = 500;
    private static final int SAMPLED_MAILBOXES = 10;
    private static final int SAMPLES_EACH = 5;

    private static final String CLAIM = "UPDATE preview_work w SET lease_owner = :owner, lease_token = lease_token + 1,"
            + " lease_until = clock_timestamp() + :lease * interval '1 millisecond', worker_since = clock_timestamp(),"
            + " idle_workers = CASE WHEN w.lease_token = 0 OR p.accounts_done > w.done_before THEN 0"
            + " ELSE w.idle_workers + 1 END, done_before = p.accounts_done FROM preview p WHERE p.id = w.preview_id"
            + " AND w.preview_id = (SELECT o.preview_id FROM preview_work o JOIN preview q ON q.id = o.preview_id"
            + " WHERE q.status IN ('WAITING', 'RUNNING')"
            + " AND (o.lease_until IS NULL OR o.lease_until < clock_timestamp())"
            + " ORDER BY o.preview_id LIMIT 1 FOR UPDATE OF o SKIP LOCKED) RETURNING w.preview_id, w.lease_token";

    private final Handle handle;

    PreviewWork(Handle handle) {
        this.handle = handle;
    }

    /** The oldest preview that waits, or whose worker gave no sign of life for the time of a lease. */
    Optional<PreviewLease> claim(String owner) {
        return handle.createQuery(CLAIM)
                .bind("owner", owner)
                .bind("lease", LEASE.toMillis())
                .map((row, context) -> new PreviewLease(row.getLong("preview_id"), row.getLong("lease_token")))
                .findOne();
    }

    /** Whether workers before this one got nothing done too often. */
    boolean isHopeless(PreviewLease lease) {
        return handle.createQuery("SELECT idle_workers >= :most FROM preview_work WHERE preview_id = :id")
                .bind("most", IDLE_WORKERS)
                .bind("id", lease.previewId())
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * Pins what is to be covered and counts it, unless a worker before did.
     *
     * @return false if the lease or the preview has ended
     */
    boolean prepare(PreviewLease lease) {
        Optional<Position> position = fence(lease);
        if (position.isEmpty()) {
            return false;
        }
        if (position.get().counted()) {
            return true;
        }
        handle.createUpdate(
                        "INSERT INTO preview_subscription (preview_id, account_id, plan_code, valid_from, valid_until)"
                                + " SELECT p.id, e.account_id, p.to_plan, p.change_from, p.change_until FROM preview p"
                                + " JOIN entitlement(p.change_from, 'infinity') e ON e.plan_code = p.from_plan WHERE p.id = :id")
                .bind("id", lease.previewId())
                .execute();
        long total = bind(handle.createQuery(sql(PreviewSql.TOTAL, position.get())), lease, position.get())
                .mapTo(Long.class)
                .one();
        return handle.createUpdate("UPDATE preview SET status = 'RUNNING', accounts_total = :total,"
                                + " last_copy = (SELECT coalesce(max(id), 0) FROM mail_copy)"
                                + " WHERE id = :id AND status = 'WAITING'")
                        .bind("total", total)
                        .bind("id", lease.previewId())
                        .execute()
                == 1;
    }

    /**
     * Does the next range.
     *
     * @param size how many accounts it has at most
     */
    Step range(PreviewLease lease, int size) {
        Optional<Position> position = fence(lease);
        return position.isEmpty() ? Step.LOST : range(lease, position.get(), size);
    }

    private Step range(PreviewLease lease, Position position, int size) {
        Range range = bind(handle.createQuery(sql(PreviewSql.NEXT, position)), lease, position)
                .bind("after", position.cursor())
                .bind("size", size)
                .map((row, context) -> new Range(row.getInt("accounts"), row.getLong("last")))
                .one();
        if (range.accounts() == 0) {
            return Step.DONE;
        }
        // Short statements on one core: what they might gain by more, the synchronisation would lose.
        handle.execute("SET LOCAL jit = off");
        handle.execute("SET LOCAL max_parallel_workers_per_gather = 0");
        handle.execute("SET LOCAL work_mem = '32MB'");
        handle.execute("SET LOCAL plan_cache_mode = force_custom_plan");
        int open = bind(handle.createUpdate(sql(PreviewSql.STORE, position)), lease, position)
                .bind("baseline", position.baselineAt())
                .bind("after", position.cursor())
                .bind("last", range.last())
                .bind("accounts", range.accounts())
                .execute();
        if (open == 0) {
            // Cancelled meanwhile. Rows of a preview that is not READY mean nothing.
            return Step.LOST;
        }
        sample(lease, position, range);
        move(lease, range.last());
        return Step.MORE;
    }

    private void sample(PreviewLease lease, Position position, Range range) {
        long taken = handle.createQuery("SELECT count(*) FROM preview_sample WHERE preview_id = :id")
                .bind("id", lease.previewId())
                .mapTo(Long.class)
                .one();
        if (taken < SAMPLES) {
            bind(handle.createUpdate(sql(PreviewSql.SAMPLES, position)), lease, position)
                    .bind("after", position.cursor())
                    .bind("last", range.last())
                    .bind("mailboxes", SAMPLED_MAILBOXES)
                    .bind("each", SAMPLES_EACH)
                    .execute();
        }
    }

    private void move(PreviewLease lease, long account) {
        handle.createUpdate("UPDATE preview_work SET cursor_account = :account,"
                        + " lease_until = clock_timestamp() + :lease * interval '1 millisecond' WHERE preview_id = :id")
                .bind("account", account)
                .bind("lease", LEASE.toMillis())
                .bind("id", lease.previewId())
                .execute();
    }

    /**
     * Ends a preview whose ranges are all done, with its hash.
     *
     * @param now by the business clock
     */
    void complete(PreviewLease lease, Instant now) {
        if (fence(lease).isEmpty()) {
            return;
        }
        int completed = handle.createUpdate("UPDATE preview SET status = 'READY', hash = :hash, ended_at = :now"
                        + " WHERE id = :id AND status = 'RUNNING'")
                .bind("hash", new PreviewHash(handle).of(lease.previewId()))
                .bind("now", now)
                .bind("id", lease.previewId())
                .execute();
        if (completed == 1) {
            new PreviewRepository(handle).find(lease.previewId()).ifPresent(this::tell);
        }
    }

    private void tell(StoredPreview preview) {
        Events.record(
                handle,
                EventType.PREVIEW_READY,
                Events.INSTALLATION,
                "preview:" + preview.id(),
                Json.createObjectBuilder()
                        .add("previewId", Long.toString(preview.id()))
                        .add("kind", preview.kind().name())
                        .add("asOf", preview.asOf().toString())
                        .add("dueCopies", preview.totals().dueCopies())
                        .add("hash", preview.hash().orElseThrow())
                        .build());
    }

    /** Ends a preview that cannot be completed. */
    void fail(PreviewLease lease, String reason, Instant now) {
        if (fence(lease).isPresent()) {
            handle.createUpdate("UPDATE preview SET status = 'FAILED', failure = :reason, ended_at = :now"
                            + " WHERE id = :id AND status IN ('WAITING', 'RUNNING')")
                    .bind("reason", reason)
                    .bind("now", now)
                    .bind("id", lease.previewId())
                    .execute();
        }
    }

    /** Whether mailboxes are synchronised at this moment, on any node. */
    boolean isSyncing() {
        return handle.createQuery(PreviewSql.SYNCING).mapTo(Boolean.class).one();
    }

    /** Gives a preview back, so that another worker takes it up at once. */
    void release(PreviewLease lease) {
        handle.createUpdate("UPDATE preview_work SET lease_owner = NULL, lease_until = NULL"
                        + " WHERE preview_id = :id AND lease_token = :token")
                .bind("id", lease.previewId())
                .bind("token", lease.token())
                .execute();
    }

    /** What came of a range. */
    enum Step {
        MORE,
        /** There was no account left. */
        DONE,
        /** The lease or the preview has ended; nothing was stored. */
        LOST
    }

    /** Locks the work, so that nobody claims it until the transaction ends, if the lease still holds. */
    private Optional<Position> fence(PreviewLease lease) {
        return handle.createQuery(
                        "SELECT p.*, w.cursor_account FROM preview_work w JOIN preview p ON p.id = w.preview_id"
                                + " WHERE w.preview_id = :id AND w.lease_token = :token"
                                + " AND p.status IN ('WAITING', 'RUNNING') FOR UPDATE OF w")
                .bind("id", lease.previewId())
                .bind("token", lease.token())
                .map((row, context) -> new Position(
                        PreviewRequest.Kind.valueOf(row.getString("kind")),
                        row.getTimestamp("as_of").toInstant(),
                        row.getTimestamp("baseline_at").toInstant(),
                        new PurgeScope(
                                PurgeScope.Kind.valueOf(row.getString("scope_kind")), row.getString("scope_ref")),
                        row.getLong("cursor_account"),
                        row.getObject("accounts_total") != null))
                .findOne();
    }

    private record Position(
            PreviewRequest.Kind kind,
            Instant asOf,
            Instant baselineAt,
            PurgeScope scope,
            long cursor,
            boolean counted) {}

    private record Range(int accounts, long last) {}

    private static String sql(String text, Position position) {
        return PreviewSql.of(text, position.kind(), position.scope());
    }

    private static <S extends SqlStatement<S>> S bind(S statement, PreviewLease lease, Position position) {
        return DueRuleSql.bindScope(statement, position.scope())
                .bind("preview", lease.previewId())
                .bind("asOf", position.asOf());
    }
}
