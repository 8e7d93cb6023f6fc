package org.holdfast.sync;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.time.Clock;
import org.holdfast.account.Role;
import org.holdfast.mailbox.Enrolment;
import org.holdfast.mailbox.Mailbox;
import org.holdfast.mailbox.MailboxDue;
import org.holdfast.mailbox.MailboxRows;
import org.holdfast.mailbox.Mailboxes;
import org.holdfast.refusal.Refusal;
import org.jdbi.v3.core.Jdbi;

/** What a person asks of the synchronisation: do it now, and tell how far it is. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.OWNER_NAME})
public class SyncRequests {

    @Inject
    private Mailboxes mailboxes;

    @Inject
    private Enrolment enrolment;

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    @Inject
    private Event<MailboxDue> due;

    /**
     * Makes a mailbox due at once. A pass that runs meanwhile is followed by another.
     *
     * @throws Refusal if it is not the caller's to see, its account's plan does not synchronise ({@code
     *     plan-does-not-sync}, naming those that do), or it is in a state in which nothing is tried; the message
     *     says what to do
     */
    public void syncNow(long mailboxId) {
        Mailbox mailbox = mailboxes.get(mailboxId);
        switch (mailbox.state()) {
            case PAUSED_BY_USER -> throw notNow("mailbox-paused", "The mailbox is paused: resume it first");
            case AUTH_FAILED, CERTIFICATE_REFUSED ->
                throw notNow(
                        "mailbox-needs-attention",
                        mailbox.stateReason().orElse("The provider refused the connection")
                                + ": resume the mailbox once that is put right");
            case DISCONNECTED -> throw notNow("mailbox-disconnected", "The mailbox was disconnected: connect it again");
            case ACTIVE, UNREACHABLE, PAUSED_BY_PLAN -> {
                enrolment.pauseByPlan(mailboxId).ifPresent(refusal -> {
                    throw refusal;
                });
                jdbi.useHandle(h -> new MailboxRows(h).dueNow(mailboxId));
            }
        }
        due.fire(new MailboxDue(mailboxId));
    }

    /** How far the synchronisation of a mailbox is. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public SyncProgress progress(long mailboxId) {
        mailboxes.get(mailboxId);
        return jdbi.withHandle(h -> new ProgressQuery(h).of(mailboxId, clock.instant()));
    }

    private static Refusal notNow(String code, String message) {
        return new Refusal(Refusal.Kind.CONFLICT, code, message);
    }
}
