package org.holdfast.clock;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.CurrentCaller;
import org.holdfast.setting.Setting;

/** Shows the clock of the rules, and lets an administrator move it on an installation set up for that. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class DemonstrationClock {

    @Inject
    private BusinessClock business;

    @Inject
    private Clock clock;

    @Inject
    private AuditTrail audit;

    @Inject
    private CurrentCaller caller;

    public Instant now() {
        return clock.instant();
    }

    /** Whether {@link Setting#CLOCK_START} was set. */
    public boolean isAdjustable() {
        return business.isAdjustable();
    }

    /**
     * Moves the clock of this node forward.
     *
     * @throws Refusal CONFLICT {@code clock-not-adjustable} on the system's clock, {@code clock-backwards}
     *     for an instant before now
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public void moveTo(Instant instant) {
        if (!business.isAdjustable()) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "clock-not-adjustable",
                    "This installation runs on the system's clock; only one started with " + Setting.CLOCK_START.key()
                            + " can be moved");
        }
        String before = clock.instant().toString();
        try {
            business.moveTo(instant);
        } catch (IllegalStateException e) {
            throw new Refusal(Refusal.Kind.CONFLICT, "clock-backwards", e.getMessage(), e);
        }
        audit.record(caller.get().name(), "clock.move", "installation", null, before + " to " + instant);
    }
}
