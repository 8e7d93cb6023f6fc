package org.holdfast.mailbox;

import java.util.List;

/**
 * Tries a mail server before a mailbox is stored. An interface so that this package does not know the mail
 * client, which knows this package.
 */
public interface ServerCheck {

    /**
     * Logs in, lists the folders and logs out. Talks to the provider: never call it in a transaction.
     *
     * @return the folders that hold messages
     * @throws org.holdfast.refusal.Refusal that says why the server cannot be used
     */
    List<FoundFolder> login(MailServer imap, String login, String password);
}
