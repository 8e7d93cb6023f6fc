package org.holdfast.notice;

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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.holdfast.lease.NamedLease;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.setting.Setting;
import org.holdfast.sync.smtp.SmtpClient;

/** On every node: plans notices, one node at a time, and sends those that are due, each by one node. */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class NoticeWatch {

    private static final System.Logger LOG = System.getLogger(NoticeWatch.class.getName());

    @Inject
    private NoticeSteps steps;

    @Inject
    private HostPolicy hosts;

    @Inject
    private Clock clock;

    private final AtomicBoolean planning = new AtomicBoolean();
    private final AtomicBoolean sending = new AtomicBoolean();
    private volatile Instant planned = Instant.EPOCH;
    private volatile boolean stopping;

    /** Not persistent: each node has its own, and the leases say who works. */
    @Schedule(hour = "*", minute = "*", second = "*/10", persistent = false, info = "notices planned")
    public void plan() {
        Duration every = Duration.ofSeconds(Setting.NOTICE_PLAN.intValue(10, 86_400));
        if (planned.plus(every).isAfter(clock.instant()) || !planning.compareAndSet(false, true)) {
            return;
        }
        try {
            planNow();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Notices could not be planned; tried again in 10 s", e);
        } finally {
            planning.set(false);
        }
    }

    private void planNow() {
        Optional<NamedLease> lease = steps.mayPlan();
        if (lease.isEmpty()) {
            return;
        }
        try {
            Optional<Long> at = Optional.of(0L);
            while (at.isPresent() && !stopping) {
                at = steps.plan(lease.get(), at.get());
            }
            planned = clock.instant();
        } finally {
            steps.donePlanning(lease.get());
        }
    }

    /** Sends what is due, one after the other; a failing address does not stop the rest. */
    @Schedule(hour = "*", minute = "*", second = "5/10", persistent = false, info = "notices sent")
    public void send() {
        if (!sending.compareAndSet(false, true)) {
            return;
        }
        try {
            steps.giveUpOnLost();
            Optional<RelaySettings> settings = RelaySettings.read();
            settings.ifPresent(s -> send(s, new SmtpRelay(new SmtpClient(hosts), s.route())));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Notices could not be sent; tried again in 10 s", e);
        } finally {
            sending.set(false);
        }
    }

    private void send(RelaySettings settings, Relay relay) {
        Dispatch dispatch = new Dispatch(steps::write, steps::record, relay, clock);
        Optional<NoticeOutbox.Claim> claim = steps.claim();
        while (claim.isPresent() && !stopping) {
            dispatch.send(claim.get(), settings.from());
            claim = steps.claim();
        }
    }

    @PreDestroy
    void stop() {
        stopping = true;
    }
}
