package org.holdfast.retention;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/**
 * What a worker says outside the transaction of its chunk: a claim must be there for others before it is
 * used, and a sign of life or the reason of a failure must stay when the chunk is rolled back.
 */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class PurgeLeases {

    private Jdbi jdbi;
    private Clock clock;

    @Inject
    void use(Jdbi database, Clock time) {
        jdbi = database;
        clock = time;
    }

    /** Claims a slice of the run that nobody works on. */
    public Optional<SliceClaim> claim(long runId, int execution, String owner) {
        return jdbi.withHandle(h -> new SliceRows(h).claim(runId, execution, owner));
    }

    /** Whether slices are left, though perhaps in the hands of others. */
    public boolean isWorkLeft(long runId, int execution) {
        return jdbi.withHandle(h -> new SliceRows(h).isWorkLeft(runId, execution));
    }

    /**
     * When every slice is done, makes slices of what is left in the scope, once in a run.
     *
     * @return whether there is work again
     */
    public boolean close(long runId, int execution) {
        return jdbi.withHandle(h -> new RunRows(h).close(runId, execution, DueRuleSql.precise(clock.instant())));
    }

    /** Tells the other nodes that the run has a server. */
    public void heartbeat(long runId, int execution) {
        jdbi.useHandle(h -> new RunRows(h).heartbeat(runId, execution));
    }

    /**
     * Tells the other nodes that the run has a server and how it fares, keeps the claim, and hears whether the run is
     * to go on.
     */
    public Pulse beat(PurgeSlot slot, Pace.Report report, Optional<SliceClaim> claim) {
        return jdbi.withHandle(h -> {
            claim.ifPresent(new SliceRows(h)::renew);
            new RunRows(h).heartbeat(slot.run(), slot.execution());
            return new RunWorkers(h).beat(slot, NodeName.get(), report);
        });
    }

    /** Notes why the execution is about to end. */
    public void failing(long runId, int execution, String reason) {
        jdbi.useHandle(h -> new RunRows(h).failing(runId, execution, reason));
    }
}
