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

    private static final String RECORD = "INSERT INTO purge_run (as_of, scope_kind, scope_ref, status, started_by,"
            + " started_at, terms, worker_slots, chunk_size)"
            + " SELECT :asOf, :kind, :ref, 'STARTING', :by, :now, (SELECT json_agg(json_build_object('id', t.id,"
            + " 'plan', t.plan_code, 'syncs', t.syncs, 'unboundDays', t.unbound_days, 'graceDays', t.grace_days)"
            + " ORDER BY t.plan_code)::text FROM plan_terms t WHERE t.valid_from <= :asOf"
            + " AND (t.valid_until IS NULL OR t.valid_until > :asOf) AND t.known_until IS NULL), :slots, :chunk"
            + " ON CONFLICT DO NOTHING RETURNING id";

    private static final String TAKE = "UPDATE purge_run r SET"
            + " status = CASE WHEN r.due_copies IS NULL THEN 'STARTING' ELSE 'RUNNING' END,"
            + " executions = executions + 1, execution_at = clock_timestamp(), heartbeat_at = clock_timestamp(),"
            + " failure = NULL, ended_at = NULL, idle_adoptions = :idle, purged_before = "
            + "(SELECT coalesce(sum(s.purged_copies), 0) FROM purge_slice s WHERE s.run_id = r.id)"
            + " WHERE r.id = :run RETURNING executions";

    private final Handle handle;

    RunRows(Handle handle) {
        this.handle = handle;
    }

    /** Records a run with the terms in force; empty if another one is active. */
    Optional<Long> record(PurgeOrder order, String startedBy, Instant now) {
        return handle.createQuery(RECORD)
                .bind("asOf", order.asOf())
                .bind("kind", order.scope().kind().name())
                .bind("ref", order.scope().reference())
                .bind("by", startedBy)
                .bind("now", now)
                .bind("slots", order.workerSlots())
                .bind("chunk", order.chunkSize())
                .mapTo(Long.class)
                .findOne();
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

    /** Cuts the slices unless that was done before, and lets the workers begin. */
    void plan(long runId, int execution) {
        Optional<State> state = lock(runId, execution).filter(s -> s.status() != PurgeStatus.STOPPING);
        if (state.isEmpty()) {
            return;
        }
        if (!state.get().planned()) {
            new SliceRows(handle)
                    .cut(order(runId), new LedgerRows(handle).header(runId).hash());
        }
        handle.createUpdate("UPDATE purge_run SET status = 'RUNNING', heartbeat_at = clock_timestamp() WHERE id = :run")
                .bind("run", runId)
                .execute();
    }

    /** A sign of life. */
    void heartbeat(long runId, int execution) {
        handle.createUpdate("UPDATE purge_run SET heartbeat_at = clock_timestamp()"
                        + " WHERE id = :run AND executions = :execution AND " + ACTIVE)
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
        Optional<PurgeStatus> outcome = state.flatMap(State::outcome);
        outcome.ifPresent(status -> {
            if (status == PurgeStatus.COMPLETED) {
                new LedgerRows(handle).seal(runId);
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

    /** Asks an active run to stop. */
    boolean stop(long runId) {
        return handle.createUpdate("UPDATE purge_run SET status = 'STOPPING' WHERE id = :run AND " + ACTIVE)
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
            + " AS advanced FROM purge_run r";

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
            boolean advanced) {

        Optional<PurgeStatus> outcome() {
            if (planned && !workLeft) {
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
                row.getBoolean("advanced"));
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
