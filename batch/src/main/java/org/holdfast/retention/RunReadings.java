package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Reads runs and their slices as a person wants to see them. */
final class RunReadings {

    private static final String RUN = "SELECT r.*, s.*, extract(epoch FROM CASE WHEN r.status IN"
            + " ('STARTING', 'RUNNING', 'STOPPING') THEN clock_timestamp() ELSE r.heartbeat_at END - r.execution_at)"
            + " AS seconds, ARRAY(SELECT p.preview_id FROM purge_run_preview p WHERE p.run_id = r.id ORDER BY 1) AS previews,"
            + " ARRAY(SELECT concat_ws('/', q.code, q.found, q.allowed, coalesce(q.account_id::text, ''))"
            + " FROM purge_run_reason q WHERE q.run_id = r.id ORDER BY q.code) AS reasons FROM purge_run r CROSS JOIN LATERAL (SELECT count(*) AS slices,"
            + " count(*) FILTER (WHERE done) AS slices_done, coalesce(sum(purged_copies), 0)::bigint AS copies,"
            + " coalesce(sum(purged_bytes), 0)::bigint AS bytes, coalesce(CASE WHEN bool_or(closing)"
            + " THEN sum(skipped_copies) FILTER (WHERE closing) ELSE sum(skipped_copies) END, 0)::bigint AS skipped"
            + " FROM purge_slice WHERE run_id = r.id) s";

    /** What was removed is counted from the ledger at the end; until then it is what the slices have noted. */
    private static final String PLANS = "WITH noted AS (SELECT p.plan_code, sum(t.copies)::bigint AS copies,"
            + " sum(t.bytes)::bigint AS bytes FROM purge_slice_terms t JOIN plan_terms p ON p.id = t.terms_id"
            + " WHERE t.run_id = :run GROUP BY p.plan_code),"
            + " planned AS (SELECT * FROM purge_run_plan WHERE run_id = :run)"
            + " SELECT p.code AS plan_code, coalesce(t.accounts, 0) AS accounts, coalesce(t.due_copies, 0) AS due_copies,"
            + " coalesce(t.due_bytes, 0) AS due_bytes, coalesce(t.purged_copies, n.copies, CASE WHEN r.cleared THEN 0 END)"
            + " AS purged_copies, coalesce(t.purged_bytes, n.bytes, CASE WHEN r.cleared THEN 0 END) AS purged_bytes"
            + " FROM planned t FULL JOIN noted n ON n.plan_code = t.plan_code"
            + " JOIN plan p ON p.code = coalesce(t.plan_code, n.plan_code) CROSS JOIN (SELECT cleared FROM purge_run"
            + " WHERE id = :run) r ORDER BY p.rank";

    private final Handle handle;

    RunReadings(Handle handle) {
        this.handle = handle;
    }

    Optional<PurgeRun> find(long runId) {
        return handle.createQuery(RUN + " WHERE r.id = :run")
                .bind("run", runId)
                .map((row, context) -> run(row))
                .findOne();
    }

    List<PurgeRun> page(long beforeId, int limit) {
        return handle.createQuery(RUN + " WHERE r.id < :before ORDER BY r.id DESC LIMIT :limit")
                .bind("before", beforeId)
                .bind("limit", limit)
                .map((row, context) -> run(row))
                .list();
    }

    List<SliceProgress> slices(long runId) {
        return handle.createQuery(
                        "SELECT *, CASE WHEN NOT done AND lease_until > clock_timestamp() THEN lease_owner END"
                                + " AS worker FROM purge_slice WHERE run_id = :run ORDER BY number")
                .bind("run", runId)
                .map((row, context) -> slice(row))
                .list();
    }

    private static PurgeRun run(ResultSet row) throws SQLException {
        PurgeStatus status = PurgeStatus.valueOf(row.getString("status"));
        byte[] seal = row.getBytes("seal");
        return new PurgeRun(
                row.getLong("id"),
                RunRows.scope(row),
                instant(row, "as_of").orElseThrow(),
                status,
                row.getString("started_by"),
                instant(row, "started_at").orElseThrow(),
                instant(row, "ended_at"),
                row.getString("terms"),
                row.getInt("worker_slots"),
                row.getInt("chunk_size"),
                row.getInt("executions"),
                instant(row, "heartbeat_at").orElseThrow(),
                due(row),
                progress(row, status),
                Optional.ofNullable(row.getObject("left_copies", Long.class)),
                kept(row),
                status == PurgeStatus.FAILED ? Optional.ofNullable(row.getString("failure")) : Optional.empty(),
                seal == null ? Optional.empty() : Optional.of(HexFormat.of().formatHex(seal)),
                control(row));
    }

    private static RunControl control(ResultSet row) throws SQLException {
        return new RunControl(
                row.getInt("priority"),
                row.getBoolean("scheduled"),
                row.getBoolean("window_closed"),
                List.of((Long[]) row.getArray("previews").getArray()),
                reasons((String[]) row.getArray("reasons").getArray()),
                Optional.ofNullable(row.getString("decided_by")),
                instant(row, "decided_at"),
                Optional.ofNullable(row.getObject("rate_limit", Integer.class)));
    }

    /** Each as code, found, allowed and account, as the query joins them. */
    private static List<HeldReason> reasons(String[] joined) {
        return Arrays.stream(joined)
                .map(text -> text.split("/", -1))
                .map(parts -> new HeldReason(
                        HeldReason.Code.valueOf(parts[0]),
                        Long.parseLong(parts[1]),
                        Long.parseLong(parts[2]),
                        parts[3].isEmpty() ? Optional.empty() : Optional.of(Long.valueOf(parts[3]))))
                .toList();
    }

    /** Everything that is recorded of a run. */
    RunReport report(PurgeRun run) {
        return new RunReport(
                run,
                plans(run.id()),
                slices(run.id()),
                new RunWorkers(handle).of(run.id()),
                RunPreviews.recorded(handle, run.id()),
                earlier(run));
    }

    private List<PlanTotal> plans(long runId) {
        return handle.createQuery(PLANS)
                .bind("run", runId)
                .map((row, context) -> new PlanTotal(
                        row.getString("plan_code"),
                        row.getLong("accounts"),
                        row.getLong("due_copies"),
                        row.getLong("due_bytes"),
                        Optional.ofNullable(row.getObject("purged_copies", Long.class)),
                        Optional.ofNullable(row.getObject("purged_bytes", Long.class))))
                .list();
    }

    private Optional<PurgeRun> earlier(PurgeRun run) {
        return handle.createQuery(RUN + " WHERE r.id < :run AND r.status = 'COMPLETED' AND r.scope_kind = :kind"
                        + " AND r.scope_ref IS NOT DISTINCT FROM :ref ORDER BY r.id DESC LIMIT 1")
                .bind("run", run.id())
                .bind("kind", run.scope().kind().name())
                .bind("ref", run.scope().reference())
                .map((row, context) -> run(row))
                .findOne();
    }

    private static PurgeRun.Progress progress(ResultSet row, PurgeStatus status) throws SQLException {
        long copies = row.getLong("copies");
        long skipped = row.getLong("skipped");
        double seconds = row.getDouble("seconds");
        double rate = seconds > 0 ? (copies - row.getLong("purged_before")) / seconds : 0;
        long left = Math.max(0, row.getLong("due_copies") - copies - skipped);
        boolean estimable = status.isActive() && rate > 0 && due(row).isPresent();
        return new PurgeRun.Progress(
                row.getInt("slices"),
                row.getInt("slices_done"),
                copies,
                row.getLong("bytes"),
                skipped,
                rate,
                estimable ? Optional.of(Duration.ofSeconds((long) Math.ceil(left / rate))) : Optional.empty());
    }

    private static Optional<PurgeRun.Due> due(ResultSet row) throws SQLException {
        return row.getObject("due_copies") == null
                ? Optional.empty()
                : Optional.of(new PurgeRun.Due(row.getLong("due_copies"), row.getLong("due_bytes")));
    }

    private static Optional<Kept> kept(ResultSet row) throws SQLException {
        return row.getObject("kept_bound") == null
                ? Optional.empty()
                : Optional.of(new Kept(
                        row.getLong("kept_bound"),
                        row.getLong("kept_held"),
                        row.getLong("kept_young"),
                        row.getLong("kept_in_grace")));
    }

    private static SliceProgress slice(ResultSet row) throws SQLException {
        return new SliceProgress(
                row.getInt("number"),
                row.getLong("first_copy"),
                row.getLong("last_copy"),
                row.getLong("due_copies"),
                row.getInt("sweep"),
                row.getBoolean("done"),
                row.getLong("purged_copies"),
                row.getLong("purged_bytes"),
                row.getLong("skipped_copies"),
                row.getInt("entries"),
                Optional.ofNullable(row.getString("worker")));
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }
}
