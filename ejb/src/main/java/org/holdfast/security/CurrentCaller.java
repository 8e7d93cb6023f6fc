package org.holdfast.security;

import jakarta.annotation.Resource;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.account.User;
import org.holdfast.refusal.Refusal;

/**
 * Turns the container's caller principal, whose name is the user's id and the account that the token is
 * narrowed to, such as {@code 17@3}, into a {@link Caller}. Timers and
 * batch run as nobody and use beans that do not ask for a caller.
 */
@Stateless
public class CurrentCaller {

    private static final Pattern NAME = Pattern.compile("([0-9]{1,18})(?:@([0-9]{1,18}))?");

    @PersistenceContext(unitName = "holdfast")
    private EntityManager entities;

    @Resource
    private SessionContext session;

    /**
     * The caller of the present request.
     *
     * @throws Refusal if nobody is signed in or the user was disabled
     */
    public Caller get() {
        Matcher name = NAME.matcher(session.getCallerPrincipal().getName());
        User user = name.matches() ? entities.find(User.class, Long.valueOf(name.group(1))) : null;
        if (user == null || !user.isEnabled()) {
            throw new Refusal(Refusal.Kind.FORBIDDEN, "not-signed-in", "Sign in first");
        }
        Optional<Long> only = Optional.ofNullable(name.group(2)).map(Long::valueOf);
        return new Caller(user.id(), user.email(), user.role(), user.accountId().or(() -> only));
    }
}
