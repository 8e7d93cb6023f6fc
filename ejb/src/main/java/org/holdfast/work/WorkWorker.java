package org.holdfast.work;

import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.holdfast.setting.Setting;
import org.holdfast.sync.NewTransaction;

/** On every node: does long work, one piece at a time. */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class WorkWorker {

    private static final System.Logger LOG = System.getLogger(WorkWorker.class.getName());

    @Inject
    private NewTransaction transactions;

    @Inject
    @Any
    private Instance<WorkKind> kinds;

    @Inject
    private Clock clock;

    private final AtomicBoolean busy = new AtomicBoolean();

    /** Not persistent: each node has its own, and the leases say who works. */
    @Schedule(hour = "*", minute = "*", second = "*/2", persistent = false, info = "long work")
    public void tick() {
        if (!busy.compareAndSet(false, true)) {
            return;
        }
        try {
            Map<String, WorkKind> byCode = kinds.stream().collect(Collectors.toMap(WorkKind::code, kind -> kind));
            String owner = Setting.NODE.value().orElseGet(() -> ManagementFactory.getRuntimeMXBean()
                    .getName());
            WorkRun run = new WorkRun(transactions, byCode, clock, owner);
            while (run.runOne()) {
                // the next, until none waits
            }
        } catch (RuntimeException e) {
            // The next tick tries again; an exception would make some servers drop the timer.
            LOG.log(System.Logger.Level.WARNING, "Long work could not be taken up", e);
        } finally {
            busy.set(false);
        }
    }
}
