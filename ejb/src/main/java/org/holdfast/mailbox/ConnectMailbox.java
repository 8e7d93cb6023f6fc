package org.holdfast.mailbox;

import java.util.Objects;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.Caller;

/**
 * A mailbox that somebody wants to connect.
 *
 * @param ownerId the user who answers for it
 * @param address the mail address
 * @param imap where mail is read
 * @param smtp where mail is sent from; null: it only receives
 * @param login the user name at the provider
 * @param password never stored or logged in clear text
 * @param shared shared with named users of the account instead of personal
 */
public record ConnectMailbox(
        long accountId,
        long ownerId,
        String address,
        MailServer imap,
        MailServer smtp,
        String login,
        String password,
        boolean shared) {

    public ConnectMailbox {
        Objects.requireNonNull(address);
        Objects.requireNonNull(imap);
        Objects.requireNonNull(login);
        Objects.requireNonNull(password);
    }

    /**
     * Lets a caller on to connect it: an administrator for anybody, an owner for themselves.
     *
     * @throws Refusal that says why not
     */
    void requireMayConnect(Caller caller) {
        caller.requireSees(accountId, "account", accountId);
        if (!caller.isAdministrator() && caller.userId() != ownerId) {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN, "own-mailboxes-only", "You connect mailboxes for yourself, not for others");
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "ConnectMailbox[account " + accountId + ", owner " + ownerId + ", " + address + " at " + imap + "]";
    }
}
