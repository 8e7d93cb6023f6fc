package org.holdfast.retention;

import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.Optional;

/** Opens ranges for the content to come, and releases what ended runs have left, every half minute on each node. */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.CONTAINER)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class ContentWatch {

    private static final System.Logger LOG = System.getLogger(ContentWatch.class.getName());

    @Inject
    private ContentRelease release;

    @Schedule(hour = "*", minute = "*", second = "5/30", persistent = false)
    void look() {
        try {
            release.extend();
            new ContentSweep(release, () -> {}, task -> {}).sweep(Optional.empty());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Content was not looked after; tried again in 30 s", e);
        }
    }
}
