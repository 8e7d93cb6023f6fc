package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** Starts, stops, restarts and shows purge runs; one is active at a time in an installation. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class PurgeRuns {

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private RunLifecycle lifecycle;

    @Inject
    private PurgeJobs jobs;

    @Inject
    private KeptCounts kept;

    @Inject
    private Clock clock;

    @Inject
    private Jdbi jdbi;

    /**
     * Starts a run; workers purge after this returns. Not part of the caller's transaction.
     *
     * @param asOf the instant of the due rule; null: now
     * @param previewId the preview that it carries out; null: those of the changes since the last completed run
     * @throws Refusal as {@link #start(PurgeRequest)}
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public PurgeRun start(PurgeScope scope, Instant asOf, Long previewId) {
        return start(PurgeRequest.of(scope, asOf, previewId));
    }

    /**
     * Starts a run, or lets it wait for the active one where the two have nothing in common.
     *
     * @throws Refusal {@code purge-as-of-in-future} for an instant that is not yet, {@code
     *     purge-already-running} while a run with copies in common is active or waits, {@code not-found} for a scope
     *     or preview that is not there, {@code preview-not-ready} and {@code preview-of-later-instant}
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public PurgeRun start(PurgeRequest request) {
        long run = lifecycle.record(request, currentCaller.get().name());
        if (get(run).status() == PurgeStatus.STARTING) {
            jobs.run(run, 1);
        }
        kept.countSoon();
        return get(run);
    }

    /** What a run would find and whether it would be held; nothing is written. Refusals as for starting one. */
    public RunForecast forecast(PurgeRequest request) {
        return lifecycle.forecast(request);
    }

    /**
     * Lets a held run go ahead.
     *
     * @throws Refusal {@code purge-not-held}, {@code second-person-needed} for who started it
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public void approve(long runId) {
        lifecycle
                .approve(runId, currentCaller.get().name())
                .ifPresent(place -> jobs.run(place.runId(), place.execution()));
    }

    /** Gives up a run that is held or waits; refused with {@code purge-not-waiting} otherwise. */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public void cancel(long runId) {
        lifecycle.cancel(runId, currentCaller.get().name());
    }

    /** Everything that is recorded of a run. */
    public RunReport report(long runId) {
        PurgeRun run = get(runId);
        return jdbi.withHandle(h -> new RunReadings(h).report(run));
    }

    /** When the schedule starts the next run; empty without a schedule. */
    public Optional<Instant> nextScheduled() {
        return RunSchedule.configured().flatMap(schedule -> schedule.next(clock.instant()));
    }

    /** Asks a run to stop after the chunks in hand; one that has ended is refused with {@code purge-not-running}. */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public void stop(long runId) {
        lifecycle.stop(runId, currentCaller.get().name());
    }

    /**
     * Sets how many copies a second a run may purge, at work or waiting.
     *
     * @param copiesPerSecond over all workers; empty: no limit
     * @throws Refusal {@code purge-rate-out-of-range}, {@code purge-ended}
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public void rate(long runId, Optional<Integer> copiesPerSecond) {
        lifecycle.rate(runId, copiesPerSecond, currentCaller.get().name());
    }

    /** Takes a stopped or failed run up where its rows say; refused with {@code purge-not-restartable} otherwise. */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public void restart(long runId) {
        jobs.run(runId, lifecycle.restart(runId, currentCaller.get().name()));
    }

    /** A run as it stands now. */
    public PurgeRun get(long runId) {
        return jdbi.withHandle(h -> new RunReadings(h).find(runId))
                .orElseThrow(() -> Refusal.notFound("purge run", runId));
    }

    /**
     * Runs, latest first.
     *
     * @param beforeId only runs with a smaller id; {@link Long#MAX_VALUE} or 0: from the latest
     * @param limit 1 to 200
     */
    public List<PurgeRun> page(long beforeId, int limit) {
        if (limit < 1 || limit > 200) {
            throw new Refusal(Refusal.Kind.INVALID, "limit-out-of-range", "A page has 1 to 200 runs, not " + limit);
        }
        long before = beforeId <= 0 ? Long.MAX_VALUE : beforeId;
        return jdbi.withHandle(h -> new RunReadings(h).page(before, limit));
    }

    /** The run's ranges in order. */
    public List<SliceProgress> slices(long runId) {
        get(runId);
        return jdbi.withHandle(h -> new RunReadings(h).slices(runId));
    }
}
