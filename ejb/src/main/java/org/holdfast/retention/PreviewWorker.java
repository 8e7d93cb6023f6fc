package org.holdfast.retention;

import jakarta.annotation.PreDestroy;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.holdfast.setting.Setting;

/** On every node: works on waiting previews on the server's executor, one at a time. */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class PreviewWorker {

    private static final System.Logger LOG = System.getLogger(PreviewWorker.class.getName());
    private static final String EXECUTOR = "java:comp/DefaultManagedExecutorService";

    @Inject
    private PreviewStore transactions;

    @Inject
    private Clock clock;

    private final AtomicBoolean working = new AtomicBoolean();
    private volatile boolean stopping;

    /** Not persistent: each node has its own, and the leases say who works. */
    @Schedule(hour = "*", minute = "*", second = "*/5", persistent = false, info = "previews")
    public void look() {
        if (stopping || !working.compareAndSet(false, true)) {
            return;
        }
        try {
            executor().execute(this::work);
        } catch (NamingException | RejectedExecutionException e) {
            working.set(false);
            LOG.log(System.Logger.Level.WARNING, "No executor for previews; tried again in 5 s", e);
        }
    }

    /** Takes up what somebody just asked for, without waiting for the next look. */
    public void wake(@Observes(during = TransactionPhase.AFTER_SUCCESS) PreviewWaiting waiting) {
        LOG.log(System.Logger.Level.DEBUG, "Preview {0} waits", waiting.previewId());
        look();
    }

    @PreDestroy
    void stop() {
        stopping = true;
    }

    private void work() {
        try {
            boolean more = true;
            while (more && !stopping) {
                more = new PreviewPass(transactions, clock, PreviewPass.Pace.USUAL).run(node(), () -> stopping);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "A preview broke off; it is taken up again when its lease is over", e);
        } finally {
            working.set(false);
        }
    }

    private static String node() {
        return Setting.NODE
                .value()
                .orElseGet(() -> host() + ":" + ProcessHandle.current().pid());
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    @SuppressWarnings("BanJNDI") // the name is a constant
    private static ManagedExecutorService executor() throws NamingException {
        return (ManagedExecutorService) new InitialContext().lookup(EXECUTOR);
    }
}
