package org.holdfast.security;

import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import org.jdbi.v3.core.Jdbi;

/** Records who changed what, when and why, in the transaction of the change. */
@Stateless
public class AuditTrail {

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    /**
     * Appends an event.
     *
     * @param action what was done, such as {@code subscription.change}
     * @param subject what it was done to, such as {@code account:17}
     * @param reason why, as the actor gave it; may be null
     * @param details the values that changed; may be null; never a secret
     */
    public void record(String actor, String action, String subject, String reason, String details) {
        jdbi.useHandle(h -> h.createUpdate("INSERT INTO audit_event (at, actor, action, subject, reason, details)"
                        + " VALUES (:at, :actor, :action, :subject, :reason, :details)")
                .bind("at", clock.instant())
                .bind("actor", actor)
                .bind("action", action)
                .bind("subject", subject)
                .bind("reason", reason)
                .bind("details", details)
                .execute());
    }
}
