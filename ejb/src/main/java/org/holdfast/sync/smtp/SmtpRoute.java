package org.holdfast.sync.smtp;

import java.util.Objects;
import org.holdfast.mailbox.MailServer;
import org.holdfast.sync.imap.Credential;

/**
 * Where mail is handed over, and as whom.
 *
 * @param login null: without a login, for relays that take it from this host
 * @param password null without a login
 * @param isToken whether the password is an access token
 */
public record SmtpRoute(MailServer server, String login, String password, boolean isToken) {

    public SmtpRoute {
        Objects.requireNonNull(server);
        if ((login == null) != (password == null)) {
            throw new IllegalArgumentException("A login needs a password, and a password a login");
        }
    }

    /** With a password, or without a login. */
    public SmtpRoute(MailServer server, String login, String password) {
        this(server, login, password, false);
    }

    /** With what a mailbox signs in with. */
    public SmtpRoute(MailServer server, Credential credential) {
        this(server, credential.login(), credential.secret(), credential.isToken());
    }

    Credential credential() {
        return new Credential(login, password, isToken);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return server + (login == null ? "" : " as " + login);
    }
}
