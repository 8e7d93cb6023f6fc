package org.holdfast.security;

import jakarta.annotation.Resource;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import org.holdfast.account.User;
import org.holdfast.refusal.Refusal;

/**
 * Turns the container's caller principal, whose name is the user's id, into a {@link Caller}. Timers and
 * batch run as nobody and use beans that do not ask for a caller.
 */
@Stateless
public class CurrentCaller {

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
        String name = session.getCallerPrincipal().getName();
        User user = name.matches("[0-9]{1,18}") ? entities.find(User.class, Long.valueOf(name)) : null;
        if (user == null || !user.isEnabled()) {
            throw new Refusal(Refusal.Kind.FORBIDDEN, "not-signed-in", "Sign in first");
        }
        return new Caller(user.id(), user.email(), user.role(), user.accountId());
    }
}
