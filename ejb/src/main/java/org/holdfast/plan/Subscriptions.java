package org.holdfast.plan;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.PersistenceContext;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.holdfast.account.Account;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** Accounts' plans over time. A change takes effect now or later, never in the past. */
@Stateless
@RolesAllowed(Role.ADMINISTRATOR_NAME)
public class Subscriptions {

    @PersistenceContext(unitName = "holdfast")
    private EntityManager entities;

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    @Inject
    private Event<PolicyChanging> changing;

    @Inject
    private Event<PolicyChanged> changed;

    /**
     * Changes the plan of an account. The account's row is locked meanwhile, so that a purge either sees
     * the change or is done before it is acknowledged; its mailboxes before it, in the order of a pass.
     *
     * @return the new row
     * @throws Refusal if the account or plan is not there, the plan has no terms then, the change lies in the
     *     past, it ends before it begins, or the preview that it names is not one of it
     */
    public Subscription change(long accountId, ChangeSubscription request) {
        Caller caller = currentCaller.get();
        changing.fire(new PolicyChanging(accountId));
        Account account = entities.find(Account.class, accountId, LockModeType.PESSIMISTIC_WRITE);
        if (account == null) {
            throw Refusal.notFound("account", accountId);
        }
        if (entities.find(Plan.class, request.planCode()) == null) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE, "plan-unknown", "There is no plan " + request.planCode() + "; see plans");
        }
        List<Subscription> present = present(accountId);
        Instant now = recordingInstant(present);
        Instant from = request.from() == null ? now : request.from().truncatedTo(ChronoUnit.MICROS);
        check(request, from, now);
        requireTerms(request.planCode(), from);
        requireEvidence(accountId, request, from);
        Subscription.Recorded by = new Subscription.Recorded(caller.name(), now, request.reason());
        Subscription change = new Subscription(accountId, request.planCode(), from, request.until(), by);
        change.restOn(request.previewId());
        SubscriptionTimeline timeline = SubscriptionTimeline.lay(change, present, by);
        timeline.superseded().forEach(row -> row.supersedeAt(now));
        entities.flush();
        timeline.recorded().forEach(entities::persist);
        entities.flush();
        entities.createNativeQuery("UPDATE account SET policy_version = policy_version + 1 WHERE id = :id")
                .setParameter("id", accountId)
                .executeUpdate();
        changed.fire(new PolicyChanged(accountId));
        audit.record(
                caller.name(),
                "subscription.change",
                "account:" + accountId,
                request.reason(),
                request.planCode() + " from " + from + (request.until() == null ? "" : " until " + request.until()));
        return change;
    }

    /** The subscriptions of an account as known now, in order of time. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public List<Subscription> timeline(long accountId) {
        currentCaller.get().requireSees(accountId, "account", accountId);
        if (entities.find(Account.class, accountId) == null) {
            throw Refusal.notFound("account", accountId);
        }
        return present(accountId);
    }

    private void requireTerms(String planCode, Instant from) {
        long rows = entities.createQuery(
                        "SELECT count(t) FROM PlanTerms t WHERE t.planCode = :plan AND t.knownUntil IS NULL"
                                + " AND t.validFrom <= :from AND (t.validUntil IS NULL OR t.validUntil > :from)",
                        Long.class)
                .setParameter("plan", planCode)
                .setParameter("from", from)
                .getSingleResult();
        if (rows == 0) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "plan-without-terms",
                    "The plan " + planCode + " has no terms at " + from + ": publish its terms first");
        }
    }

    private void requireEvidence(long accountId, ChangeSubscription request, Instant from) {
        if (request.previewId() != null) {
            jdbi.useHandle(h -> new PreviewEvidence(h, clock.instant())
                    .requireFor(accountId, request.planCode(), from, request.previewId()));
        }
    }

    private List<Subscription> present(long accountId) {
        return entities.createQuery(
                        "SELECT s FROM Subscription s WHERE s.accountId = :account AND s.knownUntil IS NULL"
                                + " ORDER BY s.validFrom",
                        Subscription.class)
                .setParameter("account", accountId)
                .getResultList();
    }

    /** Now, or the first instant after the latest row, so that no two versions share one. */
    private Instant recordingInstant(List<Subscription> present) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return present.stream()
                .map(row -> row.knownFrom().plus(1, ChronoUnit.MICROS))
                .filter(now::isBefore)
                .max(Instant::compareTo)
                .orElse(now);
    }

    private static void check(ChangeSubscription request, Instant from, Instant now) {
        if (from.isBefore(now)) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "change-in-the-past",
                    "A plan changes now or later, not at " + from + "; it is " + now);
        }
        if (request.until() != null && !request.until().isAfter(from)) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE, "ends-before-it-begins", "The subscription would end before it begins");
        }
    }
}
