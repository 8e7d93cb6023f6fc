package org.holdfast.account;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;

/** The accounts of the installation. An owner sees the own one only. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class Accounts {

    @PersistenceContext(unitName = "holdfast")
    private EntityManager entities;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /**
     * Creates an account, on FREE until it subscribes.
     *
     * @param name 1 to 200 characters
     * @param zone an IANA zone, such as {@code Europe/Berlin}; null: UTC
     * @throws Refusal if the name or zone cannot be used
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public Account create(String name, String zone) {
        Account account;
        try {
            account = new Account(name, ZoneId.of(zone == null ? "UTC" : zone), clock.instant());
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "account-unusable", e.getMessage(), e);
        }
        entities.persist(account);
        entities.flush();
        audit.record(currentCaller.get().name(), "account.create", "account:" + account.id(), null, account.name());
        return account;
    }

    /**
     * One account.
     *
     * @throws Refusal if it is not there or not the caller's
     */
    public Account get(long id) {
        currentCaller.get().requireSees(id, "account", id);
        Account account = entities.find(Account.class, id);
        if (account == null) {
            throw Refusal.notFound("account", id);
        }
        return account;
    }

    /**
     * Accounts in order of their ids.
     *
     * @param afterId the last id of the page before; 0 for the first page
     * @param limit 1 to 200
     */
    public List<Account> page(long afterId, int limit) {
        Caller caller = currentCaller.get();
        return entities.createQuery(
                        "SELECT a FROM Account a WHERE a.id > :after AND (:own = 0 OR a.id = :own) ORDER BY a.id",
                        Account.class)
                .setParameter("after", afterId)
                .setParameter("own", caller.account().orElse(0L))
                .setMaxResults(limit)
                .getResultList();
    }
}
