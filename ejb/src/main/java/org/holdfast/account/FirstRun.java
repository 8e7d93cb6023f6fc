package org.holdfast.account;

import jakarta.annotation.security.PermitAll;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.Clock;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Passwords;
import org.holdfast.security.SecretToken;
import org.jdbi.v3.core.Jdbi;

/**
 * Makes the first administrator for whoever can read the server's log; nobody has a password before
 * that, and afterwards the door is closed.
 */
@Stateless
@PermitAll
public class FirstRun {

    @Inject
    private Jdbi jdbi;

    @PersistenceContext(unitName = "holdfast")
    private EntityManager entities;

    @Inject
    private Passwords passwords;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /** Whether there is no administrator yet. */
    public boolean isOpen() {
        return jdbi.withHandle(h -> !new FirstRunTable(h).hasAdministrator());
    }

    /**
     * Uses up the first-run token and makes the first administrator, both or neither.
     *
     * @param token as the log shows it
     * @throws Refusal CONFLICT {@code already-set-up} once there is an administrator; FORBIDDEN
     *     {@code first-run-token} for a wrong token; UNUSABLE for an address or password that cannot be used
     */
    public User setUp(String token, NewUser administrator) {
        jdbi.useHandle(h -> consume(new FirstRunTable(h), token));
        User user =
                User.operator(Role.ADMINISTRATOR, administrator.email(), administrator.displayName(), clock.instant());
        user.changePasswordHash(passwords.hash(administrator
                .password()
                .orElseThrow(() -> new Refusal(
                        Refusal.Kind.UNUSABLE, "password-missing", "The first administrator needs a password"))));
        entities.persist(user);
        entities.flush();
        audit.record(user.email(), "user.create", "user:" + user.id(), "first run", Role.ADMINISTRATOR_NAME);
        return user;
    }

    private static void consume(FirstRunTable firstRun, String token) {
        boolean right = SecretToken.parse(token.strip())
                .map(t -> firstRun.consume(t.sha256()))
                .orElse(false);
        if (firstRun.hasAdministrator()) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT, "already-set-up", "There is an administrator already; sign in instead");
        }
        if (!right) {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN,
                    "first-run-token",
                    "This is not the token of the first run; copy the newest one from the server's log");
        }
    }
}
