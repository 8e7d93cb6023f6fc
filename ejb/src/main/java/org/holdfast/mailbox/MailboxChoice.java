package org.holdfast.mailbox;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.holdfast.account.Role;
import org.holdfast.plan.Allowance;
import org.holdfast.plan.Entitlement;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/**
 * Lets an owner choose which mailboxes stay where the plan's limit does not reach for all: those chosen come first,
 * then the oldest.
 */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.OWNER_NAME})
public class MailboxChoice {

    @PersistenceContext(unitName = "holdfast")
    private EntityManager entities;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Jdbi jdbi;

    @Inject
    private PlanPolicy policy;

    @Inject
    private MailboxPlans plans;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /**
     * Chooses among the personal mailboxes of one user, or among the shared ones of an account; an earlier choice
     * among the same is forgotten.
     *
     * @param keep mailboxes of one kind and owner, at least one, at most as many as the plan allows
     * @throws Refusal {@code choice-empty}, {@code choice-mixed}, {@code choice-too-large} or
     *     {@code own-mailboxes-only}
     */
    public void choose(long accountId, Collection<Long> keep) {
        Caller caller = currentCaller.get();
        caller.requireSees(accountId, "account", accountId);
        Set<Long> chosen = new TreeSet<>(keep);
        if (chosen.isEmpty()) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "choice-empty", "Choose at least one mailbox to stay");
        }
        jdbi.useHandle(h -> new PlanFollower(h).lock(accountId));
        List<Mailbox> rivals = rivals(accountId, chosen.iterator().next());
        requireAmong(chosen, rivals);
        requireRight(caller, rivals);
        requireRoom(
                policy.entitlement(accountId, clock.instant()),
                chosen,
                rivals.get(0).isShared());
        jdbi.useHandle(h -> h.createUpdate(
                        "UPDATE mailbox SET chosen_at = CASE WHEN id = ANY (:chosen) THEN CAST(:now AS timestamptz) END"
                                + " WHERE id = ANY (:rivals)")
                .bindArray("chosen", Long.class, chosen.toArray())
                .bindArray(
                        "rivals", Long.class, rivals.stream().map(Mailbox::id).toArray())
                .bind("now", clock.instant())
                .execute());
        audit.record(caller.name(), "mailbox.choose", "account:" + accountId, null, "stay: " + chosen);
        plans.follow(accountId);
        entities.clear();
    }

    /** The mailboxes that share a limit with one. */
    private List<Mailbox> rivals(long accountId, long mailboxId) {
        Mailbox one = entities.find(Mailbox.class, mailboxId);
        if (one == null || one.accountId() != accountId) {
            throw Refusal.notFound("mailbox", mailboxId);
        }
        return entities.createQuery(
                        "SELECT m FROM Mailbox m WHERE m.accountId = :account AND m.shared = :shared"
                                + " AND (m.shared = TRUE OR m.ownerId = :owner) AND m.state <> :ended ORDER BY m.id",
                        Mailbox.class)
                .setParameter("account", accountId)
                .setParameter("shared", one.isShared())
                .setParameter("owner", one.ownerId())
                .setParameter("ended", MailboxState.DISCONNECTED)
                .getResultList();
    }

    private static void requireAmong(Set<Long> chosen, List<Mailbox> rivals) {
        if (!rivals.stream().map(Mailbox::id).collect(Collectors.toSet()).containsAll(chosen)) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "choice-mixed",
                    "Choose connected mailboxes that share a limit: the personal ones of one user, or shared ones");
        }
    }

    private static void requireRight(Caller caller, List<Mailbox> rivals) {
        if (!caller.isAdministrator() && rivals.stream().anyMatch(m -> m.ownerId() != caller.userId())) {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN,
                    "own-mailboxes-only",
                    "Some of these mailboxes belong to others: an administrator chooses among them");
        }
    }

    private static void requireRoom(Entitlement entitlement, Set<Long> chosen, boolean shared) {
        Allowance limit = shared ? entitlement.sharedMailboxes() : entitlement.mailboxesPerUser();
        if (entitlement.syncs() && !limit.allowsOneMoreThan(chosen.size() - 1L)) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "choice-too-large",
                    "The plan " + entitlement.planCode() + " allows " + limit
                            + (shared ? " shared mailboxes" : " mailboxes per user") + ", not " + chosen.size());
        }
    }
}
