package org.holdfast.mailbox;

import org.holdfast.refusal.Refusal;
import org.holdfast.security.Caller;

/** Who may change a mailbox: its owner and administrators, until it is disconnected. */
final class MailboxRights {

    private MailboxRights() {}

    /**
     * Lets a caller on who sees the mailbox.
     *
     * @throws Refusal {@code own-mailboxes-only} or {@code mailbox-disconnected}
     */
    static void requireChanges(Caller caller, Mailbox mailbox) {
        if (!caller.isAdministrator() && caller.userId() != mailbox.ownerId()) {
            throw new Refusal(Refusal.Kind.FORBIDDEN, "own-mailboxes-only", "Only its owner changes a mailbox");
        }
        if (mailbox.state() == MailboxState.DISCONNECTED) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "mailbox-disconnected",
                    "The mailbox was disconnected and its secret erased: connect it again");
        }
    }
}
