package org.holdfast.sending;

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
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.PlanPause;
import org.holdfast.security.SecretBox;
import org.holdfast.setting.Setting;
import org.holdfast.sync.smtp.SmtpClient;

/** On every node: takes messages that are due, hands them over on the server's executor, and keeps their leases. */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class SendingWorker {

    private static final System.Logger LOG = System.getLogger(SendingWorker.class.getName());
    private static final String EXECUTOR = "java:comp/DefaultManagedExecutorService";

    /** More than two slow hosts or accounts can take. */
    private static final int AT_ONCE = 8;

    @Inject
    private SendingTransaction transactions;

    @Inject
    private PlanPause plan;

    @Inject
    private SecretBox secrets;

    @Inject
    private HostPolicy hosts;

    @Inject
    private Clock clock;

    private final RunningTries running = new RunningTries();
    private final String owner = Setting.NODE
            .value()
            .orElse("pid " + ManagementFactory.getRuntimeMXBean().getPid());
    private volatile boolean stopping;

    /** Not persistent: each node has its own, and the leases say who sends. */
    @Schedule(hour = "*", minute = "*", second = "*/2", persistent = false, info = "sending")
    public void tick() {
        try {
            running.stopWhatMayNotGoOn(transactions, clock.instant());
            List<SendingLease> held = running.leases();
            transactions.call(h -> {
                new SendingLeases(h).renew(held);
                return new SendingLeases(h).recover(clock.instant());
            });
            claim();
            bind();
        } catch (RuntimeException e) {
            // The next tick tries again; an exception would make some servers drop the timer.
            LOG.log(System.Logger.Level.WARNING, "Messages that are due could not be taken", e);
        }
    }

    /** One that cannot be bound does not keep the others waiting. */
    private void bind() {
        for (SentBindings.Wanted wanted : transactions.call(h -> new SentBindings(h).due(clock.instant()))) {
            try {
                transactions.call(h -> {
                    new SentBindings(h).bind(wanted, clock.instant());
                    return wanted;
                });
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "Message " + wanted.sendingId() + " could not be bound", e);
                transactions.call(h -> {
                    new SentBindings(h).failed(wanted, String.valueOf(e.getMessage()));
                    return wanted;
                });
            }
        }
        transactions.call(h -> new SentBindings(h).tell(clock.instant()));
    }

    private synchronized void claim() {
        int free = stopping ? 0 : AT_ONCE - running.size();
        if (free > 0) {
            transactions.call(h -> new SendingLeases(h).claim(owner, free)).forEach(this::start);
        }
    }

    private void start(SendingLease lease) {
        SendingTry sending = new SendingTry(transactions, this::planStop, secrets, new SmtpClient(hosts), clock);
        running.add(lease, sending);
        try {
            executor().execute(() -> run(lease, sending));
        } catch (NamingException | RejectedExecutionException e) {
            running.remove(lease);
            LOG.log(System.Logger.Level.WARNING, "No executor for message " + lease.sendingId(), e);
        }
    }

    private void run(SendingLease lease, SendingTry sending) {
        try {
            sending.run(lease);
        } catch (RuntimeException e) {
            // The lease runs out by itself; what is known then is in the phase.
            LOG.log(System.Logger.Level.WARNING, "Sending message " + lease.sendingId() + " broke off", e);
        } finally {
            running.remove(lease);
        }
    }

    private Optional<String> planStop(long mailboxId) {
        return plan.of(mailboxId).map(stop -> "The plan does not let the mailbox be used: " + stop);
    }

    @PreDestroy
    void stop() {
        stopping = true;
    }

    @SuppressWarnings("BanJNDI") // the name is a constant
    private static ManagedExecutorService executor() throws NamingException {
        return (ManagedExecutorService) new InitialContext().lookup(EXECUTOR);
    }
}
