package org.holdfast.overview;

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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.holdfast.lease.NamedLease;

/** On every node: counts copies when it is time, one node at a time. */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.CONTAINER)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class CountWatch {

    private static final System.Logger LOG = System.getLogger(CountWatch.class.getName());

    @Inject
    private CountSteps steps;

    @Inject
    private Clock clock;

    /** Not persistent: each node has its own, and the lease says who counts. */
    @Schedule(hour = "*", minute = "*", second = "41", persistent = false, info = "copy counts")
    public void look() {
        try {
            steps.begin().ifPresent(this::count);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Copies could not be counted; tried again in a minute", e);
        }
    }

    private void count(NamedLease lease) {
        Instant began = clock.instant();
        long nanos = System.nanoTime();
        Map<Instant, long[]> arrivals = new HashMap<>();
        Optional<Long> at = Optional.of(0L);
        while (at.isPresent()) {
            at = steps.count(lease, at.get(), arrivals);
        }
        steps.end(lease, began, (System.nanoTime() - nanos) / 1_000_000, arrivals);
    }
}
