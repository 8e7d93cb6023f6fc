package org.holdfast.mailbox;

/**
 * Tries a submission server before a mailbox is stored. An interface so that this package does not know the
 * mail client, which knows this package.
 */
public interface SubmissionCheck {

    /**
     * Logs in and leaves; nothing is sent. Talks to the provider: never call it in a transaction.
     *
     * @throws org.holdfast.refusal.Refusal that says why the server cannot be used
     */
    void signIn(MailServer smtp, String login, String password);
}
