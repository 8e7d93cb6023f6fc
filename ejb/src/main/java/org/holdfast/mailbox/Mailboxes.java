package org.holdfast.mailbox;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.Clock;
import java.util.List;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.holdfast.security.SecretBox;
import org.jdbi.v3.core.Jdbi;

/**
 * Mailboxes of the caller's account: connect, list, pause, resume and end them. Nothing here changes
 * anything at a provider.
 */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.OWNER_NAME})
public class Mailboxes {

    private static final int MOST = 1_000;

    @PersistenceContext(unitName = "holdfast")
    private EntityManager entities;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Jdbi jdbi;

    @Inject
    private Enrolment enrolment;

    @Inject
    private HostPolicy hosts;

    @Inject
    private ServerCheck servers;

    @Inject
    private SubmissionCheck submission;

    @Inject
    private SecretBox secrets;

    @Inject
    private MailboxPlans plans;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    @Inject
    private Event<MailboxDue> due;

    /**
     * Connects a mailbox: checks the plan, the hosts and a real login, then stores it and makes it due. No
     * transaction is open while the provider is asked.
     *
     * @throws Refusal with code {@code plan-does-not-sync}, {@code mailbox-limit-reached},
     *     {@code address-connected}, {@code host-refused}, {@code login-refused}, {@code smtp-login-refused},
     *     {@code certificate-refused}, {@code server-unreachable}, {@code smtp-server-unreachable} or
     *     {@code keyset-missing}
     */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public Mailbox connect(ConnectMailbox request) {
        Caller caller = currentCaller.get();
        request.requireMayConnect(caller);
        enrolment.admit(request);
        secrets.requireKey();
        hosts.checkImap(request.imap());
        if (request.smtp() != null) {
            hosts.checkSmtp(request.smtp());
        }
        List<FoundFolder> folders = servers.login(request.imap(), request.login(), request.password());
        if (request.smtp() != null) {
            submission.signIn(request.smtp(), request.login(), request.password());
        }
        Mailbox mailbox = enrolment.store(request, folders, caller.name());
        due.fire(new MailboxDue(mailbox.id()));
        return mailbox;
    }

    /**
     * One mailbox.
     *
     * @throws Refusal if it is not there or not the caller's to see
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public Mailbox get(long id) {
        return visible(currentCaller.get(), id);
    }

    /**
     * A page in the order of ids.
     *
     * @param afterId the last id of the page before; 0 for the first
     * @param limit 1 to 1000
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public List<Mailbox> page(MailboxFilter filter, long afterId, int limit) {
        Caller caller = currentCaller.get();
        if (filter.accountId() != null) {
            caller.requireSees(filter.accountId(), "account", filter.accountId());
        }
        Long account = caller.account().orElse(filter.accountId());
        return entities.createQuery(
                        "SELECT m FROM Mailbox m WHERE m.id > :after AND (:anyAccount = TRUE OR m.accountId = :account)"
                                + " AND (:anyState = TRUE OR m.state = :state)"
                                + " AND (:anyOwner = TRUE OR m.id IN :own) ORDER BY m.id",
                        Mailbox.class)
                .setParameter("after", afterId)
                .setParameter("anyAccount", account == null)
                .setParameter("account", account == null ? 0L : account)
                .setParameter("anyState", filter.state() == null)
                .setParameter("state", filter.state() == null ? MailboxState.ACTIVE : filter.state())
                .setParameter("anyOwner", caller.role() != Role.OWNER)
                .setParameter(
                        "own", caller.role() == Role.OWNER ? new MailboxAccess(jdbi).of(caller.userId()) : List.of(0L))
                .setMaxResults(Math.max(1, Math.min(limit, MOST)))
                .getResultList();
    }

    /** No connection is opened until it is resumed; a pass in flight is ended. Its place is free for others. */
    public void pause(long id) {
        Caller caller = currentCaller.get();
        Mailbox mailbox = changeable(caller, id);
        mailbox.enter(MailboxState.PAUSED_BY_USER, "Paused by " + caller.name(), clock.instant());
        audit.record(caller.name(), "mailbox.pause", "mailbox:" + id, null, null);
        followPlan(mailbox);
    }

    /**
     * Synchronises again, at once; where the plan does not allow it now, as soon as it does.
     *
     * @throws Refusal {@code secret-missing} if its secret was erased
     */
    public void resume(long id) {
        Caller caller = currentCaller.get();
        Mailbox mailbox = changeable(caller, id);
        if (mailbox.secretErasedAt().isPresent()) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "secret-missing",
                    "The password of " + mailbox.address() + " was erased: give it again, then it resumes");
        }
        if (mailbox.state() != MailboxState.PAUSED_BY_PLAN) {
            mailbox.enter(MailboxState.ACTIVE, null, clock.instant());
        }
        audit.record(caller.name(), "mailbox.resume", "mailbox:" + id, null, null);
        followPlan(mailbox);
        enrolment.lookAgain(id);
        due.fire(new MailboxDue(id));
    }

    /** Ends the connection for good and erases its secret; the copies live out their time. */
    public void disconnect(long id) {
        Caller caller = currentCaller.get();
        Mailbox mailbox = changeable(caller, id);
        mailbox.enter(MailboxState.DISCONNECTED, "Disconnected by " + caller.name(), clock.instant());
        audit.record(caller.name(), "mailbox.disconnect", "mailbox:" + id, null, null);
        followPlan(mailbox);
    }

    private void followPlan(Mailbox mailbox) {
        entities.flush();
        plans.follow(mailbox.accountId());
    }

    private Mailbox visible(Caller caller, long id) {
        Mailbox mailbox = entities.find(Mailbox.class, id);
        if (mailbox == null || !new MailboxAccess(jdbi).sees(caller, mailbox.accountId(), id)) {
            throw Refusal.notFound("mailbox", id);
        }
        return mailbox;
    }

    private Mailbox changeable(Caller caller, long id) {
        Mailbox mailbox = visible(caller, id);
        jdbi.useHandle(h -> new PlanFollower(h).lock(mailbox.accountId()));
        entities.refresh(mailbox);
        MailboxRights.requireChanges(caller, mailbox);
        return mailbox;
    }
}
