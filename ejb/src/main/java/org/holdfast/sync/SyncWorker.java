package org.holdfast.sync;

import jakarta.annotation.PostConstruct;
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
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.MailboxDue;
import org.holdfast.mailbox.MailboxPlans;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.security.SecretBox;
import org.holdfast.setting.Setting;
import org.holdfast.sync.imap.ImapClient;

/**
 * On every node: claims mailboxes that are due and runs their passes on the server's executor, so many at
 * once as {@link Setting#SYNC_WORKERS} says, and keeps their leases alive.
 */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class SyncWorker {

    private static final System.Logger LOG = System.getLogger(SyncWorker.class.getName());
    private static final String EXECUTOR = "java:comp/DefaultManagedExecutorService";

    @Inject
    private NewTransaction transactions;

    @Inject
    private PlanPolicy plan;

    @Inject
    private MailboxPlans mailboxPlans;

    @Inject
    private SecretBox secrets;

    @Inject
    private HostPolicy hosts;

    @Inject
    private Clock clock;

    private final Leases.ClaimOrder order = new Leases.ClaimOrder(
            Setting.NODE.value().orElseGet(SyncWorker::hostAndProcess),
            Setting.SYNC_WORKERS.intValue(1, 256),
            Duration.ofSeconds(Setting.SYNC_INTERVAL.intValue(10, 86_400)),
            Setting.SYNC_PER_ACCOUNT.intValue(1, 1_000),
            Setting.SYNC_PER_HOST.intValue(1, 10_000));
    private PassRunner runner;
    private KeptConnections kept;
    private volatile boolean stopping;

    @PostConstruct
    void begin() {
        kept = new KeptConnections(
                order, Setting.SYNC_KEPT.intValue(0, 100_000), transactions, SyncWorker::execute, this::claim);
        runner = new PassRunner(transactions, order, Leases.TERM, this::pass, SyncWorker::execute, clock);
    }

    /** Not persistent: each node has its own, and the leases say who works. */
    @Schedule(hour = "*", minute = "*", second = "*/3", persistent = false, info = "sync")
    public void tick() {
        try {
            runner.stopWhatMayNotGoOn();
            kept.tend(clock.instant());
            if (stopping) {
                runner.renew();
            } else {
                runner.tick();
            }
        } catch (RuntimeException e) {
            // The next tick tries again; an exception would make some servers drop the timer.
            LOG.log(System.Logger.Level.WARNING, "Due mailboxes could not be claimed", e);
        }
    }

    /**
     * Takes up what somebody just asked for, without waiting for the next tick; on another thread, since the
     * transaction that asked is only just ending on this one.
     */
    public void wake(@Observes(during = TransactionPhase.AFTER_SUCCESS) MailboxDue due) {
        try {
            execute(this::tick);
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "The next tick takes up mailbox " + due.mailboxId(), e);
        }
    }

    private void claim() {
        if (!stopping) {
            runner.tick();
        }
    }

    @PreDestroy
    void stop() {
        stopping = true;
        kept.close();
    }

    private MailboxPass pass() {
        return new MailboxPass(
                        transactions, plan::entitlement, secrets, new ImapClient(hosts), clock, mailboxPlans::tell)
                .keeping(kept);
    }

    private static void execute(Runnable work) {
        try {
            executor().execute(work);
        } catch (NamingException e) {
            throw new RejectedExecutionException("The server has no executor at " + EXECUTOR, e);
        }
    }

    @SuppressWarnings("BanJNDI") // the name is a constant
    private static ManagedExecutorService executor() throws NamingException {
        return (ManagedExecutorService) new InitialContext().lookup(EXECUTOR);
    }

    private static String hostAndProcess() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unnamed";
        }
        return host + ":" + ManagementFactory.getRuntimeMXBean().getPid();
    }
}
