package org.holdfast.mailbox;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.PersistenceContext;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.User;
import org.holdfast.plan.Allowance;
import org.holdfast.plan.Entitlement;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.SecretBox;
import org.jdbi.v3.core.Jdbi;

/**
 * Whether a mailbox may be connected, and its storing once the login worked. Asks for no caller:
 * {@link Mailboxes} has checked theirs.
 */
@Stateless
public class Enrolment {

    @PersistenceContext(unitName = "holdfast")
    private EntityManager entities;

    @Inject
    private Jdbi jdbi;

    @Inject
    private PlanPolicy policy;

    @Inject
    private SecretBox secrets;

    @Inject
    private MailboxPlans plans;

    @Inject
    private PlanPause pause;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /**
     * Lets a request on to the provider.
     *
     * @throws Refusal that names the plans that would allow it
     */
    public void admit(ConnectMailbox request) {
        User owner = entities.find(User.class, request.ownerId());
        if (owner == null || !owner.accountId().equals(Optional.of(request.accountId()))) {
            throw Refusal.notFound("user", request.ownerId());
        }
        requirePlan(request);
        if (jdbi.withHandle(h -> new MailboxRows(h).isConnected(request.accountId(), request.address()))) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "address-connected",
                    request.address() + " is connected already: change that mailbox or disconnect it first");
        }
    }

    /**
     * Stores a mailbox whose login worked just now, with its sealed secret, its folders and its first due
     * time. The plan is asked again under a lock on the owner, so that two requests at once cannot pass a
     * limit together.
     */
    public Mailbox store(ConnectMailbox request, List<FoundFolder> folders, String by) {
        entities.find(User.class, request.ownerId(), LockModeType.PESSIMISTIC_WRITE);
        admit(request);
        Mailbox mailbox = new Mailbox(
                request.accountId(),
                request.ownerId(),
                request.address(),
                request.imap(),
                request.login(),
                clock.instant());
        if (request.smtp() != null) {
            mailbox.sendThrough(request.smtp());
        }
        if (request.shared()) {
            mailbox.share();
        }
        entities.persist(mailbox);
        entities.flush();
        mailbox.keepSecret(secrets.seal(request.accountId(), mailbox.id(), MailboxRows.PASSWORD, request.password()));
        jdbi.useHandle(h -> new MailboxRows(h).enrol(mailbox.id(), folders));
        audit.record(by, "mailbox.connect", "mailbox:" + mailbox.id(), null, request.toString());
        return mailbox;
    }

    /** Keeps a password that the provider took just now; what stood only for want of one goes on. */
    public void renew(long mailboxId, String password, String by) {
        Mailbox mailbox = entities.find(Mailbox.class, mailboxId);
        jdbi.useHandle(h -> new PlanFollower(h).lock(mailbox.accountId()));
        entities.refresh(mailbox);
        if (mailbox.state() == MailboxState.DISCONNECTED) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT, "mailbox-disconnected", "The mailbox was disconnected: connect it again");
        }
        mailbox.keepSecret(secrets.seal(mailbox.accountId(), mailboxId, MailboxRows.PASSWORD, password));
        if (mailbox.state() != MailboxState.PAUSED_BY_USER && mailbox.state() != MailboxState.PAUSED_BY_PLAN) {
            mailbox.enter(MailboxState.ACTIVE, null, clock.instant());
        }
        entities.flush();
        jdbi.useHandle(h -> h.createUpdate(
                        "UPDATE mailbox SET secret_erased_at = NULL," + " oauth_provider = NULL WHERE id = :mailbox")
                .bind("mailbox", mailboxId)
                .execute());
        audit.record(by, "mailbox.renew-secret", "mailbox:" + mailboxId, null, null);
        plans.follow(mailbox.accountId());
        lookAgain(mailboxId);
    }

    /** Makes it due now and looks through the whole window again: what was kept meanwhile is not known. */
    public void lookAgain(long mailboxId) {
        Instant now = clock.instant();
        jdbi.useHandle(h -> {
            MailboxRows rows = new MailboxRows(h);
            rows.forgetFill(mailboxId, now);
            rows.dueNow(mailboxId);
        });
    }

    /**
     * Pauses a mailbox whose account's plan does not synchronise now. A transaction of its own, so that the
     * pause stays when the request that met it is refused.
     *
     * @return why nothing may be synchronised; empty where the plan allows it
     */
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public Optional<Refusal> pauseByPlan(long mailboxId) {
        Mailbox mailbox = entities.find(Mailbox.class, mailboxId);
        plans.follow(mailbox.accountId());
        return pause.of(mailboxId).map(stop -> refusal(mailbox, stop));
    }

    private Refusal refusal(Mailbox mailbox, PlanStop stop) {
        Instant now = clock.instant();
        if (stop.cause() == PlanStop.Cause.NO_SYNC) {
            return doesNotSync(policy.entitlement(mailbox.accountId(), now), now);
        }
        return new Refusal(
                Refusal.Kind.FORBIDDEN,
                "mailbox-limit-reached",
                stop.sentence() + ": choose which stay, or take a larger plan; "
                        + offer(jdbi.withHandle(
                                h -> new MailboxRows(h).plansThatAllow(stop.limit(), mailbox.isShared(), now))));
    }

    private Refusal doesNotSync(Entitlement entitlement, Instant now) {
        return new Refusal(
                Refusal.Kind.FORBIDDEN,
                "plan-does-not-sync",
                "The plan " + entitlement.planCode() + " does not synchronise mailboxes; "
                        + offer(policy.plansThatSync(now)));
    }

    private void requirePlan(ConnectMailbox request) {
        Instant now = clock.instant();
        Entitlement entitlement = policy.entitlement(request.accountId(), now);
        if (!entitlement.syncs()) {
            throw doesNotSync(entitlement, now);
        }
        long present = jdbi.withHandle(h -> new MailboxRows(h).count(request));
        if (!limit(entitlement, request).allowsOneMoreThan(present)) {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN,
                    "mailbox-limit-reached",
                    "The plan " + entitlement.planCode() + " allows " + limit(entitlement, request)
                            + (request.shared() ? " shared mailboxes; " : " mailboxes per user; ")
                            + offer(jdbi.withHandle(
                                    h -> new MailboxRows(h).plansThatAllow(present, request.shared(), now))));
        }
    }

    private static Allowance limit(Entitlement entitlement, ConnectMailbox request) {
        return request.shared() ? entitlement.sharedMailboxes() : entitlement.mailboxesPerUser();
    }

    private static String offer(List<String> plans) {
        return plans.isEmpty() ? "no plan on offer does" : "these plans would: " + String.join(", ", plans);
    }
}
