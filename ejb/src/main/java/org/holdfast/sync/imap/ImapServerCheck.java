package org.holdfast.sync.imap;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.List;
import org.holdfast.mailbox.FoundFolder;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.ServerCheck;
import org.holdfast.refusal.Refusal;
import org.holdfast.sync.failure.AuthenticationRejected;
import org.holdfast.sync.failure.CertificateRefused;
import org.holdfast.sync.failure.ConnectionInsecure;

/** Tries a login with the same client, bounds and host policy that the pull uses. */
@ApplicationScoped
public class ImapServerCheck implements ServerCheck {

    @Inject
    private HostPolicy hosts;

    @Override
    public List<FoundFolder> login(MailServer imap, String login, String password) {
        return check(new ImapClient(hosts), imap, login, password);
    }

    static List<FoundFolder> check(ImapClient client, MailServer imap, String login, String password) {
        try (ImapSession session = client.open(imap, login, password, false)) {
            return session.folders();
        } catch (AuthenticationRejected e) {
            throw refused("login-refused", e.getMessage() + "; check the user name and the password", e);
        } catch (CertificateRefused | ConnectionInsecure e) {
            throw refused("certificate-refused", e.getMessage() + "; ask the provider for the right host name", e);
        } catch (IOException e) {
            throw refused("server-unreachable", imap + " could not be used: " + e.getMessage(), e);
        }
    }

    private static Refusal refused(String code, String message, Exception cause) {
        return new Refusal(Refusal.Kind.UNUSABLE, code, message, cause);
    }
}
