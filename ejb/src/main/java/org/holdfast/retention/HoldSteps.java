package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.holdfast.account.Role;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** Placing and releasing one legal hold, each committed before its copies are walked over. */
@Stateless
@RolesAllowed(Role.ADMINISTRATOR_NAME)
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class HoldSteps {

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private PlanPolicy policy;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /** See {@link LegalHolds#place(NewHold)}. */
    public Hold place(NewHold hold) {
        Caller caller = currentCaller.get();
        requireText("name", hold.name(), 200);
        requireText("reason", hold.reason(), 2_000);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        if (hold.endsAt().isPresent() && !hold.endsAt().get().isAfter(now)) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE, "hold-ends-in-the-past", "A hold ends later than now, which is " + now);
        }
        return jdbi.withHandle(h -> {
            HoldRepository holds = new HoldRepository(h);
            requireThere(holds, hold);
            Hold placed = holds.place(hold, caller.name(), now);
            audit.record(
                    caller.name(),
                    "hold.place",
                    LegalHolds.subject(placed),
                    hold.reason(),
                    placed.name() + placed.query().map(query -> ": " + query).orElse(""));
            return placed;
        });
    }

    /** See {@link LegalHolds#release}. */
    public Hold release(long holdId, String reason) {
        Caller caller = currentCaller.get();
        requireText("reason", reason, 2_000);
        Instant now = clock.instant();
        return jdbi.withHandle(h -> {
            HoldRepository holds = new HoldRepository(h);
            Hold hold = holds.find(holdId).orElseThrow(() -> Refusal.notFound("hold", holdId));
            Instant keepUntil =
                    now.plus(policy.entitlement(hold.accountId(), now).grace());
            if (!holds.release(hold, new Hold.Step(caller.name(), now, reason.strip()), keepUntil)) {
                throw new Refusal(
                        Refusal.Kind.CONFLICT, "hold-already-released", "Hold " + hold.name() + " was released before");
            }
            audit.record(caller.name(), "hold.release", LegalHolds.subject(hold), reason, hold.name());
            return holds.find(holdId).orElseThrow();
        });
    }

    /** See {@link LegalHolds#preview}. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public HoldPreview preview(NewHold hold) {
        return jdbi.withHandle(h -> {
            requireThere(new HoldRepository(h), hold);
            return new QueryHolds(h).preview(hold);
        });
    }

    private void requireThere(HoldRepository holds, NewHold hold) {
        policy.entitlement(hold.accountId(), clock.instant());
        if (hold.mailboxId().isPresent()
                && !holds.hasMailbox(hold.accountId(), hold.mailboxId().get())) {
            throw Refusal.notFound("mailbox", hold.mailboxId().get());
        }
    }

    private static void requireText(String field, String text, int most) {
        if (text == null || text.isBlank() || text.length() > most) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE, "hold-unusable", "A hold's " + field + " has 1 to " + most + " characters");
        }
    }
}
