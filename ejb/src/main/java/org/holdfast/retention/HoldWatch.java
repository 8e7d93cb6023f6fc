package org.holdfast.retention;

import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Looks every five seconds, on each node, for holds whose end has come and for walks that nobody is on, and
 * does what is to do.
 */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.CONTAINER)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class HoldWatch {

    private static final System.Logger LOG = System.getLogger(HoldWatch.class.getName());

    @Inject
    private HoldWalks walks;

    /** Not persistent: each node has its own, and the leases say who works. */
    @Schedule(hour = "*", minute = "*", second = "*/5", persistent = false, info = "holds")
    public void look() {
        try {
            while (walks.endThoseWhoseTimeHasCome() > 0) {
                LOG.log(System.Logger.Level.DEBUG, "Holds came to their end");
            }
            Optional<QueryHolds.Claim> claim = walks.claim(null);
            while (claim.isPresent()) {
                LegalHolds.walk(claim.get(), Integer.MAX_VALUE, walks::walk, walks::putOff);
                claim = walks.claim(null);
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Holds could not be looked after; tried again in 5 s", e);
        }
    }
}
