package org.holdfast.webhook;

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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.net.ssl.SSLSocketFactory;
import org.holdfast.security.SecretBox;
import org.holdfast.setting.Setting;
import org.holdfast.sync.NewTransaction;

/**
 * On every node: claims deliveries that are due and makes them on the server's executor; few of one receiver
 * at once, so that a slow one does not hold the others.
 */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class WebhookWorker {

    private static final System.Logger LOG = System.getLogger(WebhookWorker.class.getName());
    private static final String EXECUTOR = "java:comp/DefaultManagedExecutorService";
    private static final int AT_ONCE = 12;
    private static final int FORGOTTEN_AT_ONCE = 5_000;
    private static final Duration TIME = Duration.ofSeconds(15);

    @Inject
    private NewTransaction transactions;

    @Inject
    private EndpointPolicy endpoints;

    @Inject
    private SecretBox secrets;

    private final Map<Long, Long> running = new ConcurrentHashMap<>();
    private final String owner = Setting.NODE.value().orElseGet(() -> ManagementFactory.getRuntimeMXBean()
            .getName());
    private volatile boolean stopping;

    /** Not persistent: each node has its own, and the leases say who delivers. */
    @Schedule(hour = "*", minute = "*", second = "*/2", persistent = false, info = "webhooks")
    public void tick() {
        try {
            claim();
        } catch (RuntimeException e) {
            // The next tick tries again; an exception would make some servers drop the timer.
            LOG.log(System.Logger.Level.WARNING, "Due deliveries could not be claimed", e);
        }
    }

    /** Events are kept for 30 days, to be replayed; those that a receiver still gets for longer. */
    @Schedule(hour = "*", minute = "17", persistent = false, info = "old events")
    public void forget() {
        try {
            int gone = FORGOTTEN_AT_ONCE;
            while (gone == FORGOTTEN_AT_ONCE && !stopping) {
                gone = transactions.call(h -> new DeliveryRows(h).forget(FORGOTTEN_AT_ONCE));
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Old events were not removed; tried again in an hour", e);
        }
    }

    @PreDestroy
    void stop() {
        stopping = true;
    }

    private synchronized void claim() {
        int free = stopping ? 0 : AT_ONCE - running.size();
        if (free > 0) {
            List<Long> busy = running.values().stream()
                    .collect(Collectors.groupingBy(webhook -> webhook, Collectors.counting()))
                    .entrySet()
                    .stream()
                    .filter(webhook -> webhook.getValue() >= 2)
                    .map(Map.Entry::getKey)
                    .toList();
            List<DeliveryClaim> claimed = transactions.call(h -> new DeliveryRows(h).claim(owner, busy, free));
            claimed.forEach(this::start);
        }
    }

    private void start(DeliveryClaim claim) {
        running.put(claim.id(), claim.webhookId());
        try {
            executor().execute(() -> run(claim));
        } catch (NamingException | RejectedExecutionException e) {
            running.remove(claim.id());
            LOG.log(System.Logger.Level.WARNING, "No executor for deliveries", e);
        }
    }

    private void run(DeliveryClaim claim) {
        try {
            WebhookPost post = new WebhookPost((SSLSocketFactory) SSLSocketFactory.getDefault(), TIME);
            new Courier(transactions, endpoints, secrets, post, owner).run(claim);
        } catch (RuntimeException e) {
            // Not even the failure could be recorded; the claim runs out by itself.
            LOG.log(System.Logger.Level.WARNING, "Delivery " + claim.id() + " broke off", e);
        } finally {
            running.remove(claim.id());
        }
    }

    @SuppressWarnings("BanJNDI") // the name is a constant
    private static ManagedExecutorService executor() throws NamingException {
        return (ManagedExecutorService) new InitialContext().lookup(EXECUTOR);
    }
}
