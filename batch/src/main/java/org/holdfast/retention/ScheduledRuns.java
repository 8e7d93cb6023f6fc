package org.holdfast.retention;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.clock.BusinessClock;
import org.holdfast.security.AuditTrail;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Starts the runs of the schedule and keeps them to the time window: each step is one transaction, so that
 * whatever node dies at whatever moment, a time that has come is started once.
 */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class ScheduledRuns {

    private static final String ACTOR = "schedule";

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    @Inject
    private BusinessClock business;

    @Inject
    private AuditTrail audit;

    /**
     * Records the run of a time that has come, if none of this schedule is under way, held or resting.
     *
     * @return the run, which has to be begun; empty if nothing is to be started now
     */
    public Optional<Long> start(RunSchedule schedule, TimeWindow window) {
        Instant now = DueRuleSql.precise(clock.instant());
        if (!window.isOpen(now)) {
            return Optional.empty();
        }
        Optional<Long> run = jdbi.withHandle(
                h -> start(h, schedule, now, RunLimits.configured(business.isAdjustable(), Optional.empty())));
        run.ifPresent(id -> audit.record(ACTOR, "purge.start", "purge-run:" + id, null, "EVERYTHING as of " + now));
        return run;
    }

    /** The claim of a time and the run for it, in the transaction of the handle. */
    static Optional<Long> start(Handle handle, RunSchedule schedule, Instant now, RunLimits limits) {
        Optional<Instant> last = schedule.last(now);
        RunQueue queue = new RunQueue(handle);
        if (last.isEmpty() || queue.overlapping(PurgeScope.EVERYTHING, now).isPresent() || isOneWaiting(handle)) {
            return Optional.empty();
        }
        if (!claim(handle, last.get(), now)) {
            return Optional.empty();
        }
        int place = PurgeRequest.of(PurgeScope.EVERYTHING, now, null).place();
        return queue.record(
                new RunRequest(PurgeScope.EVERYTHING, now, Optional.empty(), place, true, limits), ACTOR, now);
    }

    /**
     * Whether a time is to be started now. One that passed while no node was up is made up for once; a new
     * installation begins with the next time, not with one that is past. A claim of a time that is yet to come was
     * made by a clock that has been put right since.
     */
    private static boolean claim(Handle handle, Instant last, Instant now) {
        int first = handle.createUpdate("INSERT INTO lease (name, owner, token, until)"
                        + " VALUES ('purge-schedule', :owner, :time, clock_timestamp()) ON CONFLICT DO NOTHING")
                .bind("owner", NodeName.get())
                .bind("time", last.getEpochSecond())
                .execute();
        return first == 0
                && handle.createUpdate("UPDATE lease SET token = :time, owner = :owner, until = clock_timestamp()"
                                        + " WHERE name = 'purge-schedule' AND (token < :time OR token > :now)")
                                .bind("owner", NodeName.get())
                                .bind("time", last.getEpochSecond())
                                .bind("now", now.getEpochSecond())
                                .execute()
                        == 1;
    }

    /** A scheduled run that waits for approval or for the window goes first. */
    private static boolean isOneWaiting(Handle handle) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM purge_run WHERE scheduled AND (status = 'HELD'"
                        + " OR status = 'STOPPED' AND window_closed))")
                .mapTo(Boolean.class)
                .one();
    }

    /** Asks scheduled runs to stop when the window has closed; they go on in the next one. */
    public Optional<Long> closeWindow(TimeWindow window) {
        Optional<Long> stopped = jdbi.withHandle(h -> closeWindow(h, window, clock.instant()));
        stopped.ifPresent(id -> audit.record(ACTOR, "purge.stop", "purge-run:" + id, null, "the time window closed"));
        return stopped;
    }

    static Optional<Long> closeWindow(Handle handle, TimeWindow window, Instant now) {
        if (window.isOpen(now)) {
            return Optional.empty();
        }
        return handle.createQuery("UPDATE purge_run SET status = 'STOPPING', window_closed = true"
                        + " WHERE scheduled AND status IN ('STARTING', 'RUNNING') RETURNING id")
                .mapTo(Long.class)
                .findOne();
    }

    /** Takes up a run that the end of the window stopped, when it is open again and no other run is active. */
    public Optional<RunPlace> openWindow(TimeWindow window) {
        Optional<RunPlace> taken = jdbi.withHandle(h -> openWindow(h, window, clock.instant()));
        taken.ifPresent(place -> audit.record(
                ACTOR,
                "purge.restart",
                "purge-run:" + place.runId(),
                null,
                "the time window opened, execution " + place.execution()));
        return taken;
    }

    static Optional<RunPlace> openWindow(Handle handle, TimeWindow window, Instant now) {
        if (!window.isOpen(now) || !new RunQueue(handle).isFree()) {
            return Optional.empty();
        }
        return handle.createQuery("SELECT id FROM purge_run WHERE scheduled AND status = 'STOPPED' AND window_closed"
                        + " ORDER BY id LIMIT 1 FOR UPDATE")
                .mapTo(Long.class)
                .findOne()
                .flatMap(id -> new RunRows(handle).restart(id).map(execution -> new RunPlace(id, execution)));
    }
}
