package org.holdfast.retention;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Instant;
import org.jdbi.v3.core.Jdbi;

/** Decides between the nodes who starts the daily run. */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class DailyClaims {

    @Inject
    private Jdbi jdbi;

    /** Whether this node is to start the run of the day now; true once a day. */
    public boolean claim(DailyRun daily, Instant now) {
        return jdbi.withHandle(h -> daily.claim(h, now, NodeName.get()));
    }
}
