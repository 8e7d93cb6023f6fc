package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import java.time.Instant;
import java.util.List;
import org.holdfast.account.Role;

/** Starts, stops, restarts and shows purge runs; one is active at a time in an installation. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
public class PurgeRuns {

    /**
     * Starts a run; workers purge after this returns.
     *
     * @param asOf the instant of the due rule; null: now
     * @throws org.holdfast.refusal.Refusal {@code purge-as-of-in-future} for an instant that is not yet,
     *     {@code purge-already-running} while a run is active
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public PurgeRun start(PurgeScope scope, Instant asOf) {
        throw new UnsupportedOperationException("follows on this branch: " + scope + asOf);
    }

    /** Asks a run to stop after the chunks in hand; one that has ended is refused with {@code purge-not-running}. */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public void stop(long runId) {
        throw new UnsupportedOperationException("follows on this branch: " + runId);
    }

    /** Takes a stopped or failed run up where its rows say; refused with {@code purge-not-restartable} otherwise. */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public void restart(long runId) {
        throw new UnsupportedOperationException("follows on this branch: " + runId);
    }

    public PurgeRun get(long runId) {
        throw new UnsupportedOperationException("follows on this branch: " + runId);
    }

    /**
     * Runs, latest first.
     *
     * @param beforeId only runs with a smaller id; {@link Long#MAX_VALUE} or 0: from the latest
     * @param limit 1 to 200
     */
    public List<PurgeRun> page(long beforeId, int limit) {
        throw new UnsupportedOperationException("follows on this branch: " + beforeId + limit);
    }

    /** The run's ranges in order. */
    public List<SliceProgress> slices(long runId) {
        throw new UnsupportedOperationException("follows on this branch: " + runId);
    }
}
