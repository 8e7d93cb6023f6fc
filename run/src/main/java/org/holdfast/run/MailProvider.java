package org.holdfast.run;

import java.util.OptionalInt;

/** A real mail server on 127.0.0.1 with mailboxes that a demonstration or test fills itself. */
public interface MailProvider extends AutoCloseable {

    /** Product and version, for people. */
    String name();

    /** Port of its IMAP service, in clear text. */
    int imapPort();

    /** Port of its SMTP service; empty where it has none. */
    OptionalInt smtpPort();

    /** Creates a mailbox, empty but for INBOX. The address is also the login. */
    void createMailbox(String address, String password);

    @Override
    void close();

    /** Signs in to a mailbox by a client that shares nothing with the product. */
    default ImapSession open(String address, String password) {
        return ImapSession.open(imapPort(), address, password);
    }
}
