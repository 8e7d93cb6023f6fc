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
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.holdfast.setting.Setting;

/** Each hour, on each node: takes away stored previews that are old and that nothing names. */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class PreviewWatch {

    private static final System.Logger LOG = System.getLogger(PreviewWatch.class.getName());
    private static final int PREVIEWS = 100;
    private static final int MAILBOXES = 20_000;

    @Inject
    private PreviewStore transactions;

    @Inject
    private Clock clock;

    private final AtomicBoolean working = new AtomicBoolean();
    private volatile boolean stopping;

    /** Not persistent: each node has its own; two at once pass over what the other has. */
    @Schedule(hour = "*", minute = "17", persistent = false, info = "old previews")
    public void clear() {
        if (!working.compareAndSet(false, true)) {
            return;
        }
        try {
            Instant before = clock.instant().minus(Duration.ofDays(Setting.PREVIEW_KEEP.intValue(1, 3_650)));
            int cleared = transactions.call(h -> new PreviewClearing(h).clear(before, PREVIEWS));
            if (cleared > 0) {
                LOG.log(System.Logger.Level.INFO, "Cleared {0} previews that ended before {1}", cleared, before);
            }
            boolean more = true;
            while (more && !stopping) {
                more = transactions.call(h -> new PreviewClearing(h).sweep(MAILBOXES));
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Old previews were not cleared; tried again in an hour", e);
        } finally {
            working.set(false);
        }
    }

    @PreDestroy
    void stop() {
        stopping = true;
    }
}
