package org.holdfast.rule;

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
import java.util.concurrent.atomic.AtomicBoolean;
import org.holdfast.sync.NewTransaction;

/** On every node: shows what came in to the rules. */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class ArrivalWorker {

    private static final System.Logger LOG = System.getLogger(ArrivalWorker.class.getName());

    @Inject
    private NewTransaction transactions;

    @Inject
    private Clock clock;

    private final AtomicBoolean busy = new AtomicBoolean();

    /** Not persistent: each node has its own, and the rows say who does what. */
    @Schedule(hour = "*", minute = "*", second = "*/2", persistent = false, info = "binding rules")
    public void tick() {
        if (!busy.compareAndSet(false, true)) {
            return;
        }
        try {
            Arrivals arrivals = new Arrivals(transactions);
            while (arrivals.work(clock.instant())) {
                // the next, until none waits
            }
        } catch (RuntimeException e) {
            // The next tick tries again; an exception would make some servers drop the timer.
            LOG.log(System.Logger.Level.WARNING, "Arrivals could not be taken up", e);
        } finally {
            busy.set(false);
        }
    }
}
