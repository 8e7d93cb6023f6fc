package org.holdfast.retention;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The nodes at work on runs. */
final class RunWorkers {

    private static final String FRESH =
            "w.seen_at > clock_timestamp() - interval '" + RunRows.STALE.toSeconds() + " seconds'";

    private final Handle handle;

    RunWorkers(Handle handle) {
        this.handle = handle;
    }

    /** A run under way to which this node could bring its slots. */
    Optional<RunPlace> joinable(String node) {
        return handle.createQuery("SELECT r.id, r.executions FROM purge_run r WHERE r.status = 'RUNNING'"
                        + " AND EXISTS (SELECT FROM purge_slice s WHERE s.run_id = r.id AND NOT s.done)"
                        + " AND NOT EXISTS (SELECT FROM purge_worker w WHERE w.run_id = r.id"
                        + " AND w.execution = r.executions AND w.node = :node AND " + FRESH + ")")
                .bind("node", node)
                .map((row, context) -> new RunPlace(row.getLong("id"), row.getInt("executions")))
                .findOne();
    }

    /** Notes that a node begins; false if it is at work on that execution already. */
    boolean join(long runId, int execution, String node, int slots) {
        return handle.createUpdate("INSERT INTO purge_worker AS w (run_id, execution, node, slots)"
                                + " VALUES (:run, :execution, :node, :slots) ON CONFLICT (run_id, execution, node)"
                                + " DO UPDATE SET slots = :slots, joined_at = clock_timestamp(),"
                                + " seen_at = clock_timestamp() WHERE NOT (" + FRESH + ")")
                        .bind("run", runId)
                        .bind("execution", execution)
                        .bind("node", node)
                        .bind("slots", slots)
                        .execute()
                == 1;
    }

    /** A sign of life of a node, and what it learns in return. */
    Pulse beat(PurgeSlot slot, String node, Pace.Report report) {
        handle.createUpdate("UPDATE purge_worker SET seen_at = clock_timestamp(), beat_millis = :beat,"
                        + " rest_millis = :rest WHERE run_id = :run AND execution = :execution AND node = :node")
                .bind("beat", report.beatMillis())
                .bind("rest", report.restMillis())
                .bind("run", slot.run())
                .bind("execution", slot.execution())
                .bind("node", node)
                .execute();
        return handle.createQuery("SELECT r.status = 'RUNNING' AND r.executions = :execution AS running, r.rate_limit,"
                        + " (SELECT coalesce(sum(w.slots), 0) FROM purge_worker w WHERE w.run_id = r.id"
                        + " AND w.execution = r.executions AND " + FRESH
                        + ") AS slots FROM purge_run r WHERE r.id = :run")
                .bind("run", slot.run())
                .bind("execution", slot.execution())
                .map((row, context) -> new Pulse(
                        row.getBoolean("running"),
                        Optional.ofNullable(row.getObject("rate_limit", Integer.class)),
                        row.getInt("slots")))
                .one();
    }

    /** The nodes of all executions of a run, latest execution first. */
    List<RunWorker> of(long runId) {
        return handle.createQuery("SELECT w.*, " + FRESH + " AS alive FROM purge_worker w WHERE w.run_id = :run"
                        + " ORDER BY w.execution DESC, w.node")
                .bind("run", runId)
                .map((row, context) -> new RunWorker(
                        row.getString("node"),
                        row.getInt("execution"),
                        row.getInt("slots"),
                        row.getObject("joined_at", java.time.OffsetDateTime.class)
                                .toInstant(),
                        row.getBoolean("alive"),
                        row.getInt("beat_millis"),
                        row.getInt("rest_millis")))
                .list();
    }
}
