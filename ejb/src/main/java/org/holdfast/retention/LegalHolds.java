package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.holdfast.account.Role;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** Places legal holds and releases them. What is held is never due, on FREE too. */
@Stateless
@RolesAllowed(Role.ADMINISTRATOR_NAME)
public class LegalHolds {

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

    /**
     * Places a hold; from its acknowledgement on nothing of it is purged.
     *
     * @param mailboxId null: the whole account
     * @param name 1 to 200 characters, how people speak of it
     * @param reason 1 to 2,000 characters
     * @throws Refusal if the account or mailbox is not there, or a text is missing or too long
     */
    public Hold place(long accountId, Long mailboxId, String name, String reason) {
        Caller caller = currentCaller.get();
        requireText("name", name, 200);
        requireText("reason", reason, 2_000);
        policy.entitlement(accountId, clock.instant());
        return jdbi.withHandle(h -> {
            HoldRepository holds = new HoldRepository(h);
            if (mailboxId != null && !holds.hasMailbox(accountId, mailboxId)) {
                throw Refusal.notFound("mailbox", mailboxId);
            }
            Hold hold = holds.place(
                    accountId, mailboxId, name.strip(), new Hold.Step(caller.name(), clock.instant(), reason.strip()));
            audit.record(caller.name(), "hold.place", subject(hold), reason, hold.name());
            return hold;
        });
    }

    /**
     * Ends a hold. What only it kept stays for the release grace of the account's plan.
     *
     * @throws Refusal if it is not there or was released before
     */
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
            audit.record(caller.name(), "hold.release", subject(hold), reason, hold.name());
            return holds.find(holdId).orElseThrow();
        });
    }

    /**
     * Holds, newest first.
     *
     * @param accountId of this account only; null: of all
     * @param beforeId the last id of the page before; null for the first page
     * @param limit 1 to 200
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public List<Hold> page(Long accountId, Long beforeId, int limit) {
        return jdbi.withHandle(h -> new HoldRepository(h).page(accountId, beforeId, limit));
    }

    private static String subject(Hold hold) {
        return hold.mailboxId().map(id -> "mailbox:" + id).orElse("account:" + hold.accountId());
    }

    private static void requireText(String field, String text, int most) {
        if (text == null || text.isBlank() || text.length() > most) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE, "hold-unusable", "A hold's " + field + " has 1 to " + most + " characters");
        }
    }
}
