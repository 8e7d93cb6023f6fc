package org.holdfast.plan;

import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.holdfast.refusal.Refusal;
import org.jdbi.v3.core.Jdbi;

/**
 * Answers what an account may do at an instant: whether it syncs, how long unbound copies stay, how many
 * mailboxes it has. Sync, purge, preview, console and API ask here or join the same SQL function. Asks for
 * no caller: those who call it have checked theirs.
 */
@Stateless
public class PlanPolicy {

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    /**
     * The entitlement as known now.
     *
     * @throws Refusal if there is no such account
     */
    public Entitlement entitlement(long accountId, Instant at) {
        return new EntitlementQuery(jdbi)
                .find(accountId, at, clock.instant())
                .orElseThrow(() -> Refusal.notFound("account", accountId));
    }

    /**
     * The entitlement as it was known at an instant: now, or an earlier one for questions about the past.
     *
     * @throws Refusal if there is no such account
     */
    public Entitlement entitlement(long accountId, Instant at, Instant known) {
        return new EntitlementQuery(jdbi)
                .find(accountId, at, known)
                .orElseThrow(() -> Refusal.notFound("account", accountId));
    }

    /**
     * The entitlement from an instant on with every dated change after it, as known now.
     *
     * @throws Refusal if there is no such account
     */
    public List<EntitlementSpan> timeline(long accountId, Instant from) {
        List<EntitlementSpan> spans = new EntitlementQuery(jdbi).timeline(accountId, from, clock.instant());
        if (spans.isEmpty()) {
            throw Refusal.notFound("account", accountId);
        }
        return spans;
    }

    /** Codes of the plans whose terms at an instant let an account synchronise, cheapest first. */
    public List<String> plansThatSync(Instant at) {
        return new EntitlementQuery(jdbi).plansThatSync(at, clock.instant());
    }
}
