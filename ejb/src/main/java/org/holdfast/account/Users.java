package org.holdfast.account;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.persistence.PersistenceContext;
import jakarta.persistence.PersistenceException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.holdfast.security.Passwords;
import org.jdbi.v3.core.Jdbi;

/** The people of accounts and of the installation; administrators make them, auditors may look. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
public class Users {

    @PersistenceContext(unitName = "holdfast")
    private EntityManager entities;

    @Inject
    private CurrentCaller caller;

    @Inject
    private Jdbi jdbi;

    @Inject
    private Passwords passwords;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /**
     * An employee of an account.
     *
     * @throws Refusal if there is no such account, or CONFLICT {@code email-taken}
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public User createOwner(long accountId, NewUser request) {
        requireAccount(accountId);
        return store(User.owner(accountId, request.email(), request.displayName(), clock.instant()), request);
    }

    /**
     * An administrator or auditor of the installation.
     *
     * @throws Refusal UNUSABLE {@code role} for an owner, who belongs to an account; CONFLICT {@code email-taken}
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public User createOperator(Role role, NewUser request) {
        if (role == Role.OWNER) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "role", "An owner is made in an account, not here");
        }
        return store(User.operator(role, request.email(), request.displayName(), clock.instant()), request);
    }

    public User get(long id) {
        User user = entities.find(User.class, id);
        if (user == null) {
            throw Refusal.notFound("user", id);
        }
        return user;
    }

    /** The user with a mail address, in any case. */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public Optional<User> byEmail(String email) {
        return entities.createQuery("SELECT u FROM User u WHERE lower(u.email) = :email", User.class)
                .setParameter("email", email.strip().toLowerCase(Locale.ROOT))
                .getResultStream()
                .findFirst();
    }

    /** The users of an account in the order of their ids. */
    public List<User> page(long accountId, long afterId, int limit) {
        requireAccount(accountId);
        return entities.createQuery(
                        "SELECT u FROM User u WHERE u.accountId = :account AND u.id > :after ORDER BY u.id", User.class)
                .setParameter("account", accountId)
                .setParameter("after", afterId)
                .setMaxResults(limit)
                .getResultList();
    }

    /** Administrators and auditors in the order of their ids. */
    public List<User> operators(long afterId, int limit) {
        return entities.createQuery(
                        "SELECT u FROM User u WHERE u.accountId IS NULL AND u.id > :after ORDER BY u.id", User.class)
                .setParameter("after", afterId)
                .setMaxResults(limit)
                .getResultList();
    }

    /**
     * Keeps a user out from now on: sessions and tokens are refused, tokens for good. Mailboxes stay as they are.
     *
     * @throws Refusal {@code yourself}, or {@code last-administrator}: so that one is always left, also when two
     *     disable each other at the same moment
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public User disable(long id) {
        Caller by = caller.get();
        if (by.userId() == id) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT, "yourself", "You cannot disable yourself: ask another administrator");
        }
        jdbi.useHandle(h -> new Administrators(h).requireAnotherThan(id));
        User user = locked(id);
        if (user.isEnabled()) {
            user.disable(clock.instant());
            entities.createNativeQuery(
                            "UPDATE api_token SET revoked_at = clock_timestamp() WHERE user_id = :user AND revoked_at IS NULL")
                    .setParameter("user", id)
                    .executeUpdate();
            audit.record(by.name(), "user.disable", subject(user), null, user.email());
        }
        return user;
    }

    /** Lets a user in again, with the same password; tokens have to be issued anew. */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public User enable(long id) {
        User user = locked(id);
        if (!user.isEnabled()) {
            user.enable();
            audit.record(caller.get().name(), "user.enable", subject(user), null, user.email());
        }
        return user;
    }

    /**
     * Gives a user another password; tokens stay.
     *
     * @param current the present password, which users changing their own must give
     * @throws Refusal {@code password-wrong} or {@code password-length}
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public User changePassword(long id, Optional<String> current, String password) {
        Caller by = caller.get();
        if (by.userId() != id && !by.isAdministrator()) {
            throw Refusal.notFound("user", id);
        }
        User user = locked(id);
        boolean own = by.userId() == id;
        if (own && !passwords.matches(current.orElse(""), user.passwordHash().orElse(null))) {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN, "password-wrong", "The present password is not right; nothing was changed");
        }
        user.changePasswordHash(passwords.hash(password));
        audit.record(by.name(), "user.password", subject(user), own ? "own" : "by an administrator", user.email());
        return user;
    }

    private User locked(long id) {
        User user = entities.find(User.class, id, LockModeType.PESSIMISTIC_WRITE);
        if (user == null) {
            throw Refusal.notFound("user", id);
        }
        return user;
    }

    private static String subject(User user) {
        return user.accountId().map(a -> "account:" + a + " ").orElse("") + "user:" + user.id();
    }

    private User store(User user, NewUser request) {
        request.password().map(passwords::hash).ifPresent(user::changePasswordHash);
        if (isTaken(user.email())) {
            throw taken(null);
        }
        entities.persist(user);
        try {
            entities.flush();
        } catch (PersistenceException e) {
            throw isDuplicate(e) ? taken(e) : e;
        }
        audit.record(
                caller.get().name(),
                "user.create",
                subject(user),
                null,
                user.role().name());
        return user;
    }

    private boolean isTaken(String email) {
        return !entities.createQuery("SELECT u.id FROM User u WHERE lower(u.email) = lower(:email)", Long.class)
                .setParameter("email", email)
                .getResultList()
                .isEmpty();
    }

    /** Whether another transaction stored the same address between our look and our write. */
    private static boolean isDuplicate(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && "23505".equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    private static Refusal taken(Throwable cause) {
        return new Refusal(
                Refusal.Kind.CONFLICT, "email-taken", "There is a user with this address; use another address", cause);
    }

    private void requireAccount(long accountId) {
        if (entities.find(Account.class, accountId) == null) {
            throw Refusal.notFound("account", accountId);
        }
    }
}
