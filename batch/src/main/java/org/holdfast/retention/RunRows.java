package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.holdfast.ledger.LedgerRows;
import org.jdbi.v3.core.Handle;

/**
 * The life of a run in its row: recorded, planned, taken up again, ended. Every change but the first
 * names the execution that makes it; one that was superseded changes nothing.
 */
final class RunRows {

    /** A run that gave no sign of life for so long has lost its server. */
    static final Duration STALE = Duration.ofSeconds(30);

    /** After so many adoptions in a row that purged nothing, the run is failed. */
    static final int IDLE_ADOPTIONS = 5;

    private static final String ACTIVE = "status IN ('STARTING', 'RUNNING', 'STOPPING')";

    private static final String TAKE = "UPDATE purge_run r SET"
            + " status = CASE WHEN r.due_copies IS NULL OR NOT r.cleared THEN 'STARTING' ELSE 'RUNNING' END,"
            + " executions = executions + 1, execution_at = clock_timestamp(), heartbeat_at = clock_timestamp(),"
            + " failure = NULL, ended_at = NULL, window_closed = false, idle_adoptions = :idle, purged_before = "
            + "(SELECT coalesce(sum(s.purged_copies), 0) FROM purge_slice s WHERE s.run_id = r.id)"
            + " WHERE r.id = :run RETURNING executions";

    private final Handle handle;

    RunRows(Handle handle) {
        this.handle = handle;
    }

    /** The run that is active, of which there is one at most. */
    Optional<Long> active() {
        return handle.createQuery("SELECT id FROM purge_run WHERE " + ACTIVE)
                .mapTo(Long.class)
                .findOne();
    }

    /** What a run is to do. */
    PurgeOrder order(long runId) {
        return handle.createQuery("SELECT * FROM purge_run WHERE id = :run")
                .bind("run", runId)
                .map((row, context) -> order(row))
                .one();
    }

    /**
     * Counts, compares and cuts the slices unless that was done before, and lets the workers begin unless the run
     * is held.
     */
    void plan(long runId, int execution) {
        Optional<State> state = lock(runId, execution).filter(s -> s.status() != PurgeStatus.STOPPING);
        if (state.isEmpty()) {
            return;
        }
        if (!state.get().planned()) {
            new RunPlan(handle)
                    .count(order(runId), new LedgerRows(handle).header(runId).hash());
        }
        handle.createUpdate("UPDATE purge_run SET status = 'RUNNING', heartbeat_at = clock_timestamp()"
                        + " WHERE id = :run AND cleared")
                .bind("run", runId)
                .execute();
    }

    /** A sign of life. */
    void heartbeat(long runId, int execution) {
        handle.createUpdate("UPDATE purge_run SET heartbeat_at = clock_timestamp()"
                        + " WHERE id = :run AND executions = :execution AND " + ACTIVE
                        + " AND heartbeat_at < clock_timestamp() - interval '2 seconds'")
                .bind("run", runId)
                .bind("execution", execution)
                .execute();
    }

    /** Notes the first reason for which an execution will end early. */
    void failing(long runId, int execution, String reason) {
        handle.createUpdate("UPDATE purge_run SET failure = :reason"
                        + " WHERE id = :run AND executions = :execution AND failure IS NULL AND " + ACTIVE)
                .bind("reason", reason)
                .bind("run", runId)
                .bind("execution", execution)
                .execute();
    }

    /**
     * Ends an execution: everything done seals the run, a request stops it, a noted reason fails it. Without
     * any of these it stays as it is, and is adopted when its signs of life are too old.
     *
     * @return the status that was set; empty if the run stays as it is, or is no longer this execution's
     */
    Optional<PurgeStatus> end(long runId, int execution, Instant now) {
        Optional<State> state = lock(runId, execution);
        if (state.filter(s -> s.isSwept() && !s.closing()).isPresent()) {
            close(runId, now);
            state = lock(runId, execution);
        }
        Optional<PurgeStatus> outcome = state.flatMap(State::outcome);
        outcome.ifPresent(status -> {
            if (status == PurgeStatus.COMPLETED) {
                left(runId, now);
                new LedgerRows(handle).seal(runId);
                new PurgeChunks(handle).clear(runId);
            }
            handle.createUpdate("UPDATE purge_run SET status = :status, ended_at = :now,"
                            + " heartbeat_at = clock_timestamp() WHERE id = :run")
                    .bind("status", status.name())
                    .bind("now", now)
                    .bind("run", runId)
                    .execute();
        });
        return outcome;
    }

    /**
     * When every slice is done, looks once more over the whole scope and makes slices of what is left.
     *
     * @return whether work is left for the workers
     */
    boolean close(long runId, int execution, Instant now) {
        Optional<State> state = lock(runId, execution).filter(s -> s.status() == PurgeStatus.RUNNING);
        return state.isPresent() && (state.get().workLeft() || (!state.get().closing() && close(runId, now)));
    }

    private boolean close(long runId, Instant now) {
        return new RunClosing(handle, order(runId)).begin(now);
    }

    private void left(long runId, Instant now) {
        boolean closed = handle.createQuery("SELECT EXISTS (SELECT FROM purge_slice WHERE run_id = :run AND closing)")
                .bind("run", runId)
                .mapTo(Boolean.class)
                .one();
        handle.createUpdate("UPDATE purge_run SET left_copies = :left WHERE id = :run")
                .bind("left", closed ? new RunClosing(handle, order(runId)).count(now) : 0)
                .bind("run", runId)
                .execute();
    }

    /** Lets a held run go ahead under a new execution, now or when it is its turn. */
    void approve(long runId, String by, Instant now) {
        boolean free = new RunQueue(handle).isFree();
        int approved = handle.createUpdate("UPDATE purge_run SET cleared = true, decided_by = :by,"
                        + " decided_at = :now, status = 'QUEUED' WHERE id = :run AND status = 'HELD'")
                .bind("by", by)
                .bind("now", now)
                .bind("run", runId)
                .execute();
        if (approved == 1 && free) {
            take(runId, 0);
        }
    }

    /** Gives up a run that is held or waits, or that rests until the window opens; false if it is neither. */
    boolean cancel(long runId, String by, Instant now) {
        boolean cancelled = handle.createUpdate("UPDATE purge_run SET status = CASE WHEN status = 'STOPPED' THEN status"
                                + " ELSE 'CANCELLED' END, scheduled = scheduled AND status <> 'STOPPED',"
                                + " window_closed = false, decided_by = :by, decided_at = :now,"
                                + " ended_at = coalesce(ended_at, :now) WHERE id = :run"
                                + " AND (status IN ('HELD', 'QUEUED') OR status = 'STOPPED' AND window_closed)")
                        .bind("by", by)
                        .bind("now", now)
                        .bind("run", runId)
                        .execute()
                == 1;
        // What was listed for it is of no use any more, unless it may be started again.
        handle.createUpdate("DELETE FROM purge_chunk c USING purge_run r WHERE c.run_id = :run AND r.id = c.run_id"
                        + " AND r.status = 'CANCELLED'")
                .bind("run", runId)
                .execute();
        return cancelled;
    }

    /** The run with its latest execution. */
    RunPlace place(long runId) {
        return handle.createQuery("SELECT executions FROM purge_run WHERE id = :run")
                .bind("run", runId)
                .mapTo(Integer.class)
                .map(execution -> new RunPlace(runId, execution))
                .one();
    }

    /** A run that a person takes up goes on whatever the time window says. */
    void unschedule(long runId) {
        handle.createUpdate("UPDATE purge_run SET scheduled = false WHERE id = :run")
                .bind("run", runId)
                .execute();
    }

    /** Sets how many copies a second a run may purge at most, empty for no limit; false if it has ended. */
    boolean rate(long runId, Optional<Integer> copiesPerSecond) {
        return handle.createUpdate("UPDATE purge_run SET rate_limit = :rate WHERE id = :run"
                                + " AND status NOT IN ('COMPLETED', 'CANCELLED')")
                        .bind("rate", copiesPerSecond.orElse(null))
                        .bind("run", runId)
                        .execute()
                == 1;
    }

    /** Asks an active run to stop; what a person stops, the next window does not take up. */
    boolean stop(long runId) {
        return handle.createUpdate(
                                "UPDATE purge_run SET status = 'STOPPING', window_closed = false WHERE id = :run AND "
                                        + ACTIVE)
                        .bind("run", runId)
                        .execute()
                == 1;
    }

    /** Takes a stopped or failed run up again under a new execution; empty if it is neither. */
    Optional<Integer> restart(long runId) {
        return handle.createQuery(
                        "SELECT id FROM purge_run WHERE id = :run AND status IN ('STOPPED', 'FAILED') FOR UPDATE")
                .bind("run", runId)
                .mapTo(Long.class)
                .findOne()
                .map(id -> take(id, 0));
    }

    /**
     * Takes up an active run without signs of life, whose server is gone.
     *
     * @return the run; one that was stopping, or adopted too often in vain, was ended instead
     */
    Optional<AdoptedRun> adopt(Instant now) {
        Optional<State> stale = handle.createQuery(STATE + " WHERE " + ACTIVE
                        + " AND r.heartbeat_at < clock_timestamp() - :stale * interval '1 millisecond'"
                        + " FOR UPDATE OF r SKIP LOCKED")
                .bind("stale", STALE.toMillis())
                .map((row, context) -> state(row))
                .findOne();
        return stale.map(state -> adopt(state, now));
    }

    private AdoptedRun adopt(State state, Instant now) {
        int idle = state.advanced() ? 0 : state.idleAdoptions() + 1;
        if (state.status() != PurgeStatus.STOPPING && idle > IDLE_ADOPTIONS) {
            failing(state.runId(), state.execution(), "Adopted " + IDLE_ADOPTIONS + " times without purging anything");
        }
        Optional<PurgeStatus> ended = end(state.runId(), state.execution(), now);
        return ended.map(status -> new AdoptedRun(state.runId(), state.execution(), status))
                .orElseGet(() -> new AdoptedRun(state.runId(), take(state.runId(), idle), PurgeStatus.RUNNING));
    }

    private int take(long runId, int idle) {
        new SliceRows(handle).release(runId);
        return handle.createQuery(TAKE)
                .bind("run", runId)
                .bind("idle", idle)
                .mapTo(Integer.class)
                .one();
    }

    /** Sets what the run leaves in place, by reason. */
    void kept(long runId, Kept kept) {
        handle.createUpdate("UPDATE purge_run SET kept_bound = :bound, kept_held = :held, kept_young = :young,"
                        + " kept_in_grace = :inGrace WHERE id = :run")
                .bind("bound", kept.bound())
                .bind("held", kept.held())
                .bind("young", kept.young())
                .bind("inGrace", kept.inGrace())
                .bind("run", runId)
                .execute();
    }

    private static final String STATE = "SELECT r.id, r.executions, r.status, r.failure, r.idle_adoptions,"
            + " r.due_copies IS NOT NULL AS planned,"
            + " EXISTS (SELECT FROM purge_slice s WHERE s.run_id = r.id AND NOT s.done) AS work_left,"
            + " (SELECT coalesce(sum(s.purged_copies), 0) FROM purge_slice s WHERE s.run_id = r.id) > r.purged_before"
            + " AS advanced, r.closing = 1 AS closing FROM purge_run r";

    private Optional<State> lock(long runId, int execution) {
        return handle.createQuery(
                        STATE + " WHERE r.id = :run AND r.executions = :execution AND " + ACTIVE + " FOR UPDATE OF r")
                .bind("run", runId)
                .bind("execution", execution)
                .map((row, context) -> state(row))
                .findOne();
    }

    private record State(
            long runId,
            int execution,
            PurgeStatus status,
            String failure,
            int idleAdoptions,
            boolean planned,
            boolean workLeft,
            boolean advanced,
            boolean closing) {

        boolean isSwept() {
            return planned && !workLeft;
        }

        Optional<PurgeStatus> outcome() {
            if (isSwept() && closing) {
                return Optional.of(PurgeStatus.COMPLETED);
            }
            if (status == PurgeStatus.STOPPING) {
                return Optional.of(PurgeStatus.STOPPED);
            }
            return failure == null ? Optional.empty() : Optional.of(PurgeStatus.FAILED);
        }
    }

    private static State state(ResultSet row) throws SQLException {
        return new State(
                row.getLong("id"),
                row.getInt("executions"),
                PurgeStatus.valueOf(row.getString("status")),
                row.getString("failure"),
                row.getInt("idle_adoptions"),
                row.getBoolean("planned"),
                row.getBoolean("work_left"),
                row.getBoolean("advanced"),
                row.getBoolean("closing"));
    }

    private static PurgeOrder order(ResultSet row) throws SQLException {
        return new PurgeOrder(
                row.getLong("id"),
                scope(row),
                row.getObject("as_of", OffsetDateTime.class).toInstant(),
                row.getInt("worker_slots"),
                row.getInt("chunk_size"));
    }

    /** The scope in a row of runs. */
    static PurgeScope scope(ResultSet row) throws SQLException {
        return new PurgeScope(PurgeScope.Kind.valueOf(row.getString("scope_kind")), row.getString("scope_ref"));
    }
}
