package org.holdfast.retention;

import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.lease.NamedLease;

/** On every node: reckons what leaves when it is wanted, one node at a time. */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.CONTAINER)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class RemovalWatch {

    private static final System.Logger LOG = System.getLogger(RemovalWatch.class.getName());

    @Inject
    private RemovalSteps steps;

    @Inject
    private Clock clock;

    /** Not persistent: each node has its own, and the lease says who reckons. */
    @Schedule(hour = "*", minute = "*", second = "3/5", persistent = false, info = "removals")
    public void look() {
        try {
            steps.begin().ifPresent(this::reckon);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "What leaves could not be reckoned; tried again in 5 s", e);
        }
    }

    private void reckon(NamedLease lease) {
        Instant began = clock.instant();
        long nanos = System.nanoTime();
        Optional<Long> at = Optional.of(0L);
        while (at.isPresent()) {
            at = steps.reckon(lease, at.get());
        }
        steps.end(lease, began, (System.nanoTime() - nanos) / 1_000_000);
    }
}
