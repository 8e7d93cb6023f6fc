package org.holdfast.security;

import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.jdbi.v3.core.Jdbi;

/**
 * Tokens for the API. Everybody issues and revokes only their own: a token for another would open that
 * person's mail.
 */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class ApiTokens {

    /** How long a token lives when nothing is said. */
    public static final Duration USUAL_LIFE = Duration.ofDays(90);

    /** The longest life of a token. */
    public static final Duration LONGEST_LIFE = Duration.ofDays(366);

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller caller;

    @Inject
    private Credentials credentials;

    @Inject
    private AuditTrail audit;

    /**
     * A token for the caller.
     *
     * @param name what the caller calls it, 1 to 100 characters
     * @param expiresAt null: after {@link #USUAL_LIFE}; judged by the database's clock
     * @throws Refusal if it would have expired already or live longer than {@link #LONGEST_LIFE}, or is narrowed
     *     to an account that the caller does not see
     */
    public IssuedToken issue(String name, Instant expiresAt, TokenLimits limits) {
        Caller who = caller.get();
        limits.accountId().ifPresent(account -> requireAccount(who, account));
        return issueFor(who.userId(), name, expiresAt, limits);
    }

    /**
     * A token for whoever knows a password.
     *
     * @param address the network address of the request, which counts towards the limit of failures
     * @throws Refusal with code {@code sign-in-failed} when there is no such user, the password is wrong
     *     or there were too many attempts: the answer does not say which
     */
    @PermitAll
    public IssuedToken issue(PasswordSignIn signIn, String address, String name, Instant expiresAt) {
        SignedIn user = credentials
                .byPassword(signIn.email(), signIn.password(), address)
                .orElseThrow(() -> new Refusal(
                        Refusal.Kind.UNAUTHENTICATED,
                        "sign-in-failed",
                        "The address or the password is wrong, or there were too many attempts;"
                                + " check both and try again in 15 minutes"));
        return issueFor(user.userId(), name, expiresAt, TokenLimits.NONE);
    }

    private void requireAccount(Caller who, long account) {
        who.requireSees(account, "account", account);
        boolean there = jdbi.withHandle(h -> h.createQuery("SELECT EXISTS (SELECT FROM account WHERE id = :account)")
                .bind("account", account)
                .mapTo(Boolean.class)
                .one());
        if (!there) {
            throw Refusal.notFound("account", account);
        }
    }

    private IssuedToken issueFor(long userId, String name, Instant expiresAt, TokenLimits limits) {
        SecretToken secret = SecretToken.random();
        ApiToken token = jdbi.withHandle(h -> {
            ApiTokenTable tokens = new ApiTokenTable(h);
            long seconds = expiresAt == null ? USUAL_LIFE.toSeconds() : tokens.secondsUntil(expiresAt);
            return tokens.insert(userId, named(name), secret.sha256(), life(seconds), limits);
        });
        audit.record("user:" + userId, "token.issue", "token:" + token.id(), null, token.name());
        return new IssuedToken(token, secret);
    }

    /** The caller's tokens, in the order of their ids, ended ones too. */
    public List<ApiToken> page(long afterId, int limit) {
        long user = caller.get().userId();
        return jdbi.withHandle(h -> new ApiTokenTable(h).page(user, afterId, limit));
    }

    /** Ends a token of the caller at once; one that has ended stays so. */
    public void revoke(long id) {
        Caller who = caller.get();
        boolean ended = jdbi.withHandle(h -> {
            ApiTokenTable tokens = new ApiTokenTable(h);
            if (tokens.find(id).filter(t -> t.userId() == who.userId()).isEmpty()) {
                throw Refusal.notFound("token", id);
            }
            return tokens.revoke(id);
        });
        if (ended) {
            audit.record(who.name(), "token.revoke", "token:" + id, null, null);
        }
    }

    private static String named(String name) {
        String stripped = name.strip();
        if (stripped.isEmpty() || stripped.length() > 100) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "token-name", "A token's name has 1 to 100 characters");
        }
        return stripped;
    }

    private static long life(long seconds) {
        if (seconds < 1 || seconds > LONGEST_LIFE.toSeconds()) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "token-life",
                    "A token expires in the future, at most " + LONGEST_LIFE.toDays() + " days from now");
        }
        return seconds;
    }
}
