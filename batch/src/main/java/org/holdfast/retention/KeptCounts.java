package org.holdfast.retention;

import jakarta.ejb.Asynchronous;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Counts what a run leaves in place, and why. This looks at every copy, not only at the due ones, so it is
 * done beside the run and never in its way.
 */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class KeptCounts {

    @Inject
    private Jdbi jdbi;

    /** Counts in the background for the latest run that has no counts. */
    @Asynchronous
    public void countSoon() {
        count();
    }

    /** Counts for the latest run that has no counts, unless another node does at this moment. */
    public void count() {
        jdbi.useHandle(KeptCounts::count);
    }

    static void count(Handle handle) {
        new RunTotals(handle).countByPlan();
        Optional<Long> uncounted = handle.createQuery("SELECT id FROM purge_run WHERE kept_bound IS NULL"
                        + " AND id = (SELECT max(id) FROM purge_run) AND pg_try_advisory_xact_lock(7246, 1)")
                .mapTo(Long.class)
                .findOne();
        uncounted.ifPresent(run -> {
            RunRows runs = new RunRows(handle);
            PurgeOrder order = runs.order(run);
            runs.kept(
                    run,
                    new PreviewQuery(handle)
                            .count(order.scope(), order.asOf(), Optional.empty())
                            .kept());
        });
    }
}
