package org.holdfast.sync.smtp;

import java.util.Objects;
import org.holdfast.mailbox.MailServer;

/**
 * Where mail is handed over, and as whom.
 *
 * @param login null: without a login, for relays that take it from this host
 * @param password null without a login
 */
public record SmtpRoute(MailServer server, String login, String password) {

    public SmtpRoute {
        Objects.requireNonNull(server);
        if ((login == null) != (password == null)) {
            throw new IllegalArgumentException("A login needs a password, and a password a login");
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return server + (login == null ? "" : " as " + login);
    }
}
