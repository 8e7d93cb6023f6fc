package org.holdfast.sync.smtp;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import org.holdfast.mailbox.HostPolicy;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.SubmissionCheck;
import org.holdfast.refusal.Refusal;
import org.holdfast.sync.failure.AuthenticationRejected;
import org.holdfast.sync.failure.CertificateRefused;
import org.holdfast.sync.failure.ConnectionInsecure;

/** Tries a login with the same client, bounds and host policy that sending uses. */
@ApplicationScoped
public class SubmissionSignIn implements SubmissionCheck {

    @Inject
    private HostPolicy hosts;

    @Override
    public void signIn(MailServer smtp, String login, String password) {
        check(new SmtpClient(hosts), new SmtpRoute(smtp, login, password));
    }

    static void check(SmtpClient client, SmtpRoute route) {
        try {
            client.signIn(route);
        } catch (AuthenticationRejected e) {
            throw refused("smtp-login-refused", e.getMessage() + "; check the user name and the password", e);
        } catch (CertificateRefused | ConnectionInsecure e) {
            throw refused("certificate-refused", e.getMessage() + "; ask the provider for the right host name", e);
        } catch (IOException e) {
            throw refused("smtp-server-unreachable", route.server() + " could not be used: " + e.getMessage(), e);
        }
    }

    private static Refusal refused(String code, String message, Exception cause) {
        return new Refusal(Refusal.Kind.UNUSABLE, code, message, cause);
    }
}
