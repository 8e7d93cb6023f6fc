package org.holdfast.search;

import jakarta.annotation.PreDestroy;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.concurrent.atomic.AtomicBoolean;

/** On every node: goes on with the entries of older copies until all have theirs. */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class SearchFillWatch {

    private static final System.Logger LOG = System.getLogger(SearchFillWatch.class.getName());

    @Inject
    private SearchFillSteps steps;

    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean stopping;

    /** Not persistent: each node has its own, and the rows say who is at which mailbox. */
    @Schedule(hour = "*", minute = "*", second = "*/20", persistent = false, info = "search entries")
    public void look() {
        if (!busy.compareAndSet(false, true)) {
            return;
        }
        try {
            SearchFill.all(steps.mailboxes(), steps::step, () -> stopping);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Search entries could not be made; tried again in 20 s", e);
        } finally {
            busy.set(false);
        }
    }

    @PreDestroy
    void stop() {
        stopping = true;
    }
}
