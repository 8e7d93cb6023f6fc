package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.jdbi.v3.core.Jdbi;

/**
 * Places legal holds and releases them, one or many at once. What is held is never due, on FREE too. A hold by
 * query is walked over the copies in batches: small ones are in force when they are answered, others say how
 * far they are.
 */
@Stateless
@RolesAllowed(Role.ADMINISTRATOR_NAME)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class LegalHolds {

    private static final System.Logger LOG = System.getLogger(LegalHolds.class.getName());

    /** Batches that the caller waits for; what is left goes on in the background. */
    private static final int AT_ONCE = 5;

    @Inject
    private Jdbi jdbi;

    @Inject
    private HoldSteps steps;

    @Inject
    private HoldWalks walks;

    /**
     * Places a hold on everything of an account or mailbox; from its acknowledgement on nothing of it is purged.
     *
     * @param mailboxId null: the whole account
     * @throws Refusal if the account or mailbox is not there, or a text is missing or too long
     */
    public Hold place(long accountId, Long mailboxId, String name, String reason) {
        return place(NewHold.onAll(accountId, mailboxId, name, reason));
    }

    /**
     * Places a hold. One by query is in force when its status says so; copies that arrive are kept from its
     * acknowledgement on in any case.
     *
     * @throws Refusal if the account or mailbox is not there, a text is missing or too long, or it would end
     *     before it begins
     */
    public Hold place(NewHold hold) {
        return walked(steps.place(hold));
    }

    /**
     * Ends a hold. What only it kept stays for the release grace of the account's plan.
     *
     * @throws Refusal if it is not there or was released before
     */
    public Hold release(long holdId, String reason) {
        return walked(steps.release(holdId, reason));
    }

    /**
     * What came of one of many.
     *
     * @param hold as it stands; empty if it was refused
     * @param refusal why not; empty if it was done
     */
    public record Result(Optional<Hold> hold, Optional<Refusal> refusal) {}

    /** Places many holds, each on its own: one that is refused does not stop the others. In the order given. */
    public List<Result> placeAll(List<NewHold> holds) {
        return holds.stream().map(hold -> result(() -> place(hold))).toList();
    }

    /** Releases many holds, each on its own. In the order given. */
    public List<Result> releaseAll(List<Long> holdIds, String reason) {
        return holdIds.stream().map(id -> result(() -> release(id, reason))).toList();
    }

    /** What a hold would keep if it were placed now; nothing is changed. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public HoldPreview preview(NewHold hold) {
        return steps.preview(hold);
    }

    /**
     * One hold.
     *
     * @throws Refusal if it is not there
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public Hold get(long holdId) {
        return jdbi.withHandle(h -> new HoldRepository(h).find(holdId))
                .orElseThrow(() -> Refusal.notFound("hold", holdId));
    }

    /**
     * Holds, newest first. Copies that one counts on are counted up to 10,000, which then means that many or more.
     *
     * @param accountId of this account only; null: of all
     * @param beforeId the last id of the page before; null for the first page
     * @param limit 1 to 200
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public List<Hold> page(Long accountId, Long beforeId, int limit) {
        return jdbi.withHandle(h -> new HoldRepository(h).page(accountId, beforeId, limit));
    }

    /** Walks as far as the caller waits for; the watch of any node goes on with the rest. */
    private Hold walked(Hold hold) {
        if (hold.query().isEmpty()) {
            return hold;
        }
        Optional<QueryHolds.Claim> claim = walks.claim(hold.id());
        claim.ifPresent(held -> walk(held, AT_ONCE, walks::walk, walks::giveBack));
        return get(hold.id());
    }

    /** The hold is placed or released by then: a walk that breaks is given back too, and the watch goes on with it. */
    static void walk(
            QueryHolds.Claim claim,
            int batches,
            Predicate<QueryHolds.Claim> step,
            Consumer<QueryHolds.Claim> giveBack) {
        boolean more = true;
        try {
            for (int batch = 0; more && batch < batches; batch++) {
                more = step.test(claim);
            }
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The walk over the copies of hold " + claim.holdId() + " broke; it is gone on with in a moment",
                    e);
        }
        if (more) {
            giveBack.accept(claim);
        }
    }

    private interface Step {
        Hold take();
    }

    private static Result result(Step step) {
        try {
            return new Result(Optional.of(step.take()), Optional.empty());
        } catch (Refusal e) {
            return new Result(Optional.empty(), Optional.of(e));
        }
    }

    static String subject(Hold hold) {
        return hold.mailboxId().map(id -> "mailbox:" + id).orElse("account:" + hold.accountId());
    }
}
