package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * What happens before a run removes anything: it counts what is due, compares it with its previews, and says
 * whether it may go ahead. A forecast does the same and records nothing.
 */
final class RunPlan {

    /**
     * After a downgrade and an upgrade that no pass has seen, the next pass looks again at what is above this. Raised
     * for all folders at once, and not by each chunk for each folder that it meets.
     */
    private static final String LOOK_AGAIN = "UPDATE folder_state s SET filled_from = x.edge FROM folder f,"
            + " (SELECT mailbox_id, max(clock) AS edge FROM " + DueCounts.LISTED + " GROUP BY mailbox_id) x"
            + " WHERE f.mailbox_id = x.mailbox_id AND s.folder_id = f.id"
            + " AND (s.filled_from IS NULL OR s.filled_from < x.edge)";

    private final Handle handle;

    RunPlan(Handle handle) {
        this.handle = handle;
    }

    /** What a run would find, and whether it would be held. */
    RunForecast forecast(RunRequest request, Instant today) {
        PurgeOrder order = new PurgeOrder(
                0,
                request.scope(),
                request.asOf(),
                request.limits().workerSlots(),
                request.limits().chunkSize());
        DueCounts due = new DueCounts(handle);
        due.count(order, today);
        RunPreviews comparing = new RunPreviews(handle, order);
        List<Long> previews = comparing.chosen(request.previewId());
        PurgeRun.Due total = due.total();
        return new RunForecast(
                order.scope(),
                order.asOf(),
                total.copies(),
                total.bytes(),
                due.plans(),
                previews,
                previews.isEmpty() ? Optional.empty() : Optional.of(comparing.compare(previews)),
                new RunBrake(handle, order).reasons(request.limits(), previews));
    }

    /** Counts for a recorded run, cuts its slices and records by plan what it found. */
    void count(PurgeOrder order, org.holdfast.ledger.LedgerHash head) {
        DueCounts due = new DueCounts(handle);
        due.list(order, pinned(order.runId()).startedAt());
        new SliceRows(handle).cut(order, due.total(), head);
        handle.createUpdate("INSERT INTO purge_run_plan (run_id, plan_code, accounts, due_copies, due_bytes)"
                        + " SELECT :run, plan_code, count(DISTINCT account_id), sum(copies), sum(bytes) FROM "
                        + DueCounts.TABLE + " GROUP BY plan_code")
                .bind("run", order.runId())
                .execute();
        compare(order);
        handle.execute(LOOK_AGAIN);
    }

    private void compare(PurgeOrder order) {
        Pinned pinned = pinned(order.runId());
        RunPreviews comparing = new RunPreviews(handle, order);
        List<Long> previews = comparing.chosen(pinned.previewId());
        if (!previews.isEmpty()) {
            comparing.record(previews);
            RunPreviews.Totals totals = comparing.totals(previews);
            handle.createUpdate(
                            "UPDATE purge_run SET expected_copies = :expected, compared_copies = :due WHERE id = :run")
                    .bind("expected", totals.expected())
                    .bind("due", totals.due())
                    .bind("run", order.runId())
                    .execute();
        }
        List<HeldReason> reasons = new RunBrake(handle, order).reasons(pinned.limits(), previews);
        if (reasons.isEmpty()) {
            clear(order.runId());
        } else {
            hold(order.runId(), reasons);
        }
    }

    private void clear(long runId) {
        handle.createUpdate("UPDATE purge_run SET cleared = true WHERE id = :run")
                .bind("run", runId)
                .execute();
    }

    private void hold(long runId, List<HeldReason> reasons) {
        for (HeldReason reason : reasons) {
            handle.createUpdate("INSERT INTO purge_run_reason (run_id, code, found, allowed, account_id)"
                            + " VALUES (:run, :code, :found, :allowed, :account)")
                    .bind("run", runId)
                    .bind("code", reason.code().name())
                    .bind("found", reason.found())
                    .bind("allowed", reason.allowed())
                    .bind("account", reason.accountId().orElse(null))
                    .execute();
        }
        handle.createUpdate("UPDATE purge_run SET status = 'HELD', held_reason = :why, cleared = false,"
                        + " heartbeat_at = clock_timestamp() WHERE id = :run")
                .bind("why", reasons.stream().map(HeldReason::sentence).collect(Collectors.joining(". ")))
                .bind("run", runId)
                .execute();
    }

    private Pinned pinned(long runId) {
        return handle.createQuery("SELECT * FROM purge_run WHERE id = :run")
                .bind("run", runId)
                .map((row, context) -> pinned(row))
                .one();
    }

    private record Pinned(Instant startedAt, Optional<Long> previewId, RunLimits limits) {}

    private static Pinned pinned(ResultSet row) throws SQLException {
        return new Pinned(
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                Optional.ofNullable(row.getObject("preview_id", Long.class)),
                new RunLimits(
                        row.getInt("worker_slots"),
                        row.getInt("chunk_size"),
                        Optional.ofNullable(row.getObject("rate_limit", Integer.class)),
                        Optional.ofNullable(row.getObject("brake_percent", Integer.class)),
                        Optional.ofNullable(row.getObject("share_percent", Integer.class)),
                        Optional.ofNullable(row.getObject("jump_hours", Integer.class))));
    }
}
