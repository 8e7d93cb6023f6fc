package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Which run is next: one is active at a time, others that do not overlap wait in the order of their priority.
 * Whoever changes that holds one lock of the database until the end of its transaction.
 */
final class RunQueue {

    private static final String RECORD = "INSERT INTO purge_run (as_of, scope_kind, scope_ref, status, started_by,"
            + " started_at, terms, worker_slots, chunk_size, priority, scheduled, preview_id, brake_percent,"
            + " share_percent, jump_hours, rate_limit)"
            + " SELECT :asOf, :kind, :ref, :status, :by, :now, (SELECT json_agg(json_build_object('id', t.id,"
            + " 'plan', t.plan_code, 'syncs', t.syncs, 'unboundDays', t.unbound_days, 'graceDays', t.grace_days)"
            + " ORDER BY t.plan_code)::text FROM plan_terms t WHERE t.valid_from <= :asOf"
            + " AND (t.valid_until IS NULL OR t.valid_until > :asOf) AND t.known_until IS NULL), :slots, :chunk,"
            + " :priority, :scheduled, :preview, :brake, :share, :jump, :rate RETURNING id";

    private static final String OPEN = "status IN ('QUEUED', 'STARTING', 'RUNNING', 'STOPPING')";

    private final Handle handle;

    RunQueue(Handle handle) {
        this.handle = handle;
    }

    /**
     * Records a run; it begins at once, or waits for one that it does not overlap.
     *
     * @return empty if it overlaps one that is active or waits
     */
    Optional<Long> record(RunRequest request, String startedBy, Instant now) {
        lock();
        List<Open> open = open();
        if (overlapping(request.scope(), request.asOf(), open).isPresent()) {
            return Optional.empty();
        }
        RunLimits limits = request.limits();
        return Optional.of(handle.createQuery(RECORD)
                .bind("asOf", request.asOf())
                .bind("kind", request.scope().kind().name())
                .bind("ref", request.scope().reference())
                .bind("status", open.isEmpty() ? "STARTING" : "QUEUED")
                .bind("by", startedBy)
                .bind("now", now)
                .bind("slots", limits.workerSlots())
                .bind("chunk", limits.chunkSize())
                .bind("priority", request.priority())
                .bind("scheduled", request.scheduled())
                .bind("preview", request.previewId().orElse(null))
                .bind("brake", limits.brakePercent().orElse(null))
                .bind("share", limits.sharePercent().orElse(null))
                .bind("jump", limits.jumpHours().orElse(null))
                .bind("rate", limits.copiesPerSecond().orElse(null))
                .mapTo(Long.class)
                .one());
    }

    /** An active or waiting run that has copies in common with a scope. */
    Optional<Long> overlapping(PurgeScope scope, Instant asOf) {
        lock();
        return overlapping(scope, asOf, open());
    }

    /** Whether no run is active. */
    boolean isFree() {
        lock();
        return open().stream().noneMatch(run -> run.status().isActive());
    }

    /** Makes the waiting run that is next the active one, if none is. */
    Optional<Long> promote() {
        if (!isFree()) {
            return Optional.empty();
        }
        return handle.createQuery("UPDATE purge_run SET status = CASE WHEN due_copies IS NULL OR NOT cleared"
                        + " THEN 'STARTING' ELSE 'RUNNING' END,"
                        + " executions = executions + CASE WHEN due_copies IS NULL THEN 0 ELSE 1 END,"
                        + " execution_at = clock_timestamp(), heartbeat_at = clock_timestamp()"
                        + " WHERE id = (SELECT id FROM purge_run WHERE status = 'QUEUED' ORDER BY priority, id LIMIT 1)"
                        // asked again: it may be cancelled at this very moment
                        + " AND status = 'QUEUED' RETURNING id")
                .mapTo(Long.class)
                .findOne();
    }

    /** One after another, whatever the number of nodes. */
    private void lock() {
        handle.execute("SELECT pg_advisory_xact_lock(7246, 2)");
    }

    private List<Open> open() {
        return handle.createQuery(
                        "SELECT id, status, scope_kind, scope_ref, as_of FROM purge_run WHERE " + OPEN + " ORDER BY id")
                .map((row, context) -> open(row))
                .list();
    }

    private Optional<Long> overlapping(PurgeScope scope, Instant asOf, List<Open> open) {
        Reach wanted = reach(scope, asOf);
        return open.stream()
                .filter(run -> wanted.meets(reach(run.scope(), run.asOf())))
                .map(Open::id)
                .findFirst();
    }

    private Reach reach(PurgeScope scope, Instant asOf) {
        return switch (scope.kind()) {
            case EVERYTHING -> new Reach(scope, null, null);
            case PLAN -> new Reach(scope, scope.reference(), null);
            case ACCOUNT -> of(scope, asOf, Long.parseLong(scope.reference()));
            case MAILBOX ->
                handle.createQuery("SELECT account_id FROM mailbox WHERE id = :id")
                        .bind("id", Long.parseLong(scope.reference()))
                        .mapTo(Long.class)
                        .findOne()
                        .map(account -> of(scope, asOf, account))
                        .orElseGet(() -> new Reach(scope, null, null));
        };
    }

    private Reach of(PurgeScope scope, Instant asOf, long account) {
        String plan = handle.createQuery("SELECT plan_code FROM entitlement(:asOf, 'infinity') WHERE account_id = :id")
                .bind("asOf", asOf)
                .bind("id", account)
                .mapTo(String.class)
                .findOne()
                .orElse(null);
        return new Reach(scope, plan, account);
    }

    private record Open(long id, PurgeStatus status, PurgeScope scope, Instant asOf) {}

    private static Open open(ResultSet row) throws SQLException {
        return new Open(
                row.getLong("id"),
                PurgeStatus.valueOf(row.getString("status")),
                RunRows.scope(row),
                row.getObject("as_of", OffsetDateTime.class).toInstant());
    }

    /** A scope with the plan and account that it belongs to; both null where it is wider. */
    private record Reach(PurgeScope scope, String plan, Long account) {

        boolean meets(Reach other) {
            if (is(PurgeScope.Kind.EVERYTHING) || other.is(PurgeScope.Kind.EVERYTHING)) {
                return true;
            }
            if (is(PurgeScope.Kind.PLAN) || other.is(PurgeScope.Kind.PLAN)) {
                return plan != null && plan.equals(other.plan);
            }
            if (is(PurgeScope.Kind.MAILBOX) && other.is(PurgeScope.Kind.MAILBOX)) {
                return scope.equals(other.scope);
            }
            return account != null && account.equals(other.account);
        }

        private boolean is(PurgeScope.Kind kind) {
            return scope.kind() == kind;
        }
    }
}
