package org.holdfast.security;

import jakarta.annotation.security.PermitAll;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/**
 * Says who a password, a token or a session belongs to. An unknown user, a wrong password and too many
 * attempts get the same answer after the same work.
 */
@Stateless
@PermitAll
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class Credentials {

    private static final System.Logger LOG = System.getLogger(Credentials.class.getName());

    @Inject
    private Jdbi jdbi;

    @Inject
    private Passwords passwords;

    @Inject
    private SignInAttempts attempts;

    /**
     * Checks a password.
     *
     * @param address the network address that the attempt comes from
     */
    public Optional<SignedIn> byPassword(String email, String password, String address) {
        boolean admitted = attempts.limiter().admit(email, address);
        Optional<CredentialTable.Known> known = jdbi.withHandle(h -> new CredentialTable(h).byEmail(email.strip()));
        boolean matches = passwords.matches(
                password, known.map(CredentialTable.Known::passwordHash).orElse(null));
        if (admitted && matches) {
            attempts.limiter().succeeded(email, address);
            return known.map(CredentialTable.Known::user);
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "Sign-in refused from {0}{1}",
                address,
                admitted
                        ? ""
                        : ": too many failures, closed for up to " + SignInLimiter.WINDOW.toMinutes() + " minutes");
        return Optional.empty();
    }

    /** Checks a token that a request carries. */
    public Optional<PresentedToken> byToken(SecretToken token) {
        return jdbi.withHandle(h -> new CredentialTable(h).byToken(token.sha256()));
    }

    /** Whether the user of a session may still come in, and as what. */
    public Optional<SignedIn> byId(long userId) {
        return jdbi.withHandle(h -> new CredentialTable(h).byId(userId));
    }
}
