package org.holdfast.mailbox;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.holdfast.security.SecretBox;

/** Gives a mailbox a new password where the old one was refused, changed or erased. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.OWNER_NAME})
public class MailboxSecrets {

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Mailboxes mailboxes;

    @Inject
    private Enrolment enrolment;

    @Inject
    private SecretBox secrets;

    @Inject
    private HostPolicy hosts;

    @Inject
    private ServerCheck servers;

    @Inject
    private Event<MailboxDue> due;

    /**
     * Checks the password with a real login, then keeps it; a mailbox that waited for one goes on. No transaction
     * is open while the provider is asked.
     *
     * @throws Refusal that says why not; on a plan that does not allow the mailbox no connection is opened
     */
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public void renew(long mailboxId, String password) {
        Caller caller = currentCaller.get();
        Mailbox mailbox = mailboxes.get(mailboxId);
        MailboxRights.requireChanges(caller, mailbox);
        if (password.isEmpty()) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "password-empty", "Enter the password of the mailbox");
        }
        enrolment.pauseByPlan(mailboxId).ifPresent(refusal -> {
            throw refusal;
        });
        secrets.requireKey();
        hosts.checkImap(mailbox.imap());
        servers.login(mailbox.imap(), mailbox.login(), password);
        enrolment.renew(mailboxId, password, caller.name());
        due.fire(new MailboxDue(mailboxId));
    }
}
