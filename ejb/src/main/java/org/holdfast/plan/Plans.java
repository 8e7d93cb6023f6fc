package org.holdfast.plan;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.holdfast.account.Role;

/** The plans on offer and their terms. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class Plans {

    @PersistenceContext(unitName = "holdfast")
    private EntityManager entities;

    @Inject
    private Clock clock;

    /** Every plan, in the order of lists. */
    public List<Plan> all() {
        return entities.createQuery("SELECT p FROM Plan p ORDER BY p.rank", Plan.class)
                .getResultList();
    }

    /** The terms that apply at an instant as known now, one for each plan that has any. */
    public List<PlanTerms> termsAt(Instant at) {
        return entities.createQuery(
                        "SELECT t FROM PlanTerms t, Plan p WHERE p.code = t.planCode"
                                + " AND t.validFrom <= :at AND (t.validUntil IS NULL OR t.validUntil > :at)"
                                + " AND t.knownFrom <= :known AND (t.knownUntil IS NULL OR t.knownUntil > :known)"
                                + " ORDER BY p.rank",
                        PlanTerms.class)
                .setParameter("at", at)
                .setParameter("known", clock.instant())
                .getResultList();
    }

    /** All terms ever recorded: by plan, by the instant they begin, the latest knowledge first. */
    public List<PlanTerms> history() {
        return entities.createQuery(
                        "SELECT t FROM PlanTerms t, Plan p WHERE p.code = t.planCode"
                                + " ORDER BY p.rank, t.validFrom, t.knownFrom DESC",
                        PlanTerms.class)
                .getResultList();
    }
}
