package org.holdfast.mailbox;

import java.util.Objects;

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

    /** Without the password. */
    @Override
    public String toString() {
        return "ConnectMailbox[account " + accountId + ", owner " + ownerId + ", " + address + " at " + imap + "]";
    }
}
