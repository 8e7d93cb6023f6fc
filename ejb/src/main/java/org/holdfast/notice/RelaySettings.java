package org.holdfast.notice;

import java.util.Optional;
import org.holdfast.account.User;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.TransportSecurity;
import org.holdfast.setting.Setting;
import org.holdfast.sync.smtp.SmtpRoute;

/**
 * The relay that the installation sends its own mail through.
 *
 * @param from the sender's address
 */
record RelaySettings(SmtpRoute route, String from) {

    /**
     * As set; empty while no relay is named.
     *
     * @throws IllegalStateException if a relay is named and something else is missing or wrong; the message
     *     names the setting
     */
    static Optional<RelaySettings> read() {
        return Setting.NOTICE_HOST.value().map(host -> {
            String from = Setting.NOTICE_FROM
                    .value()
                    .filter(User::isEmail)
                    .orElseThrow(() -> new IllegalStateException(Setting.NOTICE_FROM.key() + " is needed beside "
                            + Setting.NOTICE_HOST.key() + ": the address that notices come from"));
            MailServer server = new MailServer(host, Setting.NOTICE_PORT.intValue(1, 65_535), security());
            String login = Setting.NOTICE_LOGIN.value().orElse(null);
            String password = Setting.NOTICE_PASSWORD.value().orElse(null);
            if ((login == null) != (password == null)) {
                throw new IllegalStateException(Setting.NOTICE_LOGIN.key() + " and " + Setting.NOTICE_PASSWORD.key()
                        + " are set together or not at all");
            }
            return new RelaySettings(new SmtpRoute(server, login, password), from);
        });
    }

    private static TransportSecurity security() {
        String name = Setting.NOTICE_SECURITY.value().orElseThrow();
        try {
            return TransportSecurity.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    Setting.NOTICE_SECURITY.key() + " is TLS, STARTTLS or NONE, not " + name, e);
        }
    }
}
