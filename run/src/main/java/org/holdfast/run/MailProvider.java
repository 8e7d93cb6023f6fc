package org.holdfast.run;

import java.nio.file.Path;
import java.util.OptionalInt;

/** A real mail server on 127.0.0.1 with mailboxes that a demonstration or test fills itself. */
public interface MailProvider extends AutoCloseable {

    /** Product and version, for people. */
    String name();

    /** Port of its IMAP service, in clear text. */
    int imapPort();

    /** Port of its SMTP service; empty where it has none. */
    OptionalInt smtpPort();

    /**
     * Creates a mailbox without mail. The address is also the login.
     *
     * @return its password
     */
    String createMailbox(String address);

    @Override
    void close();

    /**
     * Starts the best there is on this machine: Dovecot when it is installed, else GreenMail.
     *
     * @param log where it logs to, if it does not keep its own
     */
    static MailProvider start(Path log) {
        return LocalDovecot.isInstalled() ? DovecotMail.start() : LocalGreenMail.start(log);
    }

    /** Signs in to a mailbox by a client that shares nothing with the product. */
    default ImapSession open(String address, String password) {
        return ImapSession.open(imapPort(), address, password);
    }
}
