package org.holdfast.retention;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.lease.NodeName;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.security.AuditTrail;
import org.jdbi.v3.core.Jdbi;

/** The steps by which holds by query come into force and end, each a transaction of its own. Asks for no caller. */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class HoldWalks {

    /** Copies looked at in one transaction. */
    static final int BATCH = 2_000;

    @Inject
    private Jdbi jdbi;

    @Inject
    private PlanPolicy policy;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /**
     * Claims a hold whose copies are still to be walked over.
     *
     * @param only this hold; null: any
     */
    public Optional<QueryHolds.Claim> claim(Long only) {
        return jdbi.withHandle(h -> new QueryHolds(h).claim(NodeName.get(), only));
    }

    /** One batch; false when the walk is over or somebody else's. */
    public boolean walk(QueryHolds.Claim claim) {
        return jdbi.withHandle(h -> new QueryHolds(h).walk(claim, BATCH, clock.instant()));
    }

    /** Gives a claim back before the walk is over. */
    public void giveBack(QueryHolds.Claim claim) {
        jdbi.useHandle(h -> new QueryHolds(h).giveBack(claim));
    }

    /** Gives back a claim whose walk broke, behind those of other holds. */
    public void putOff(QueryHolds.Claim claim) {
        jdbi.useHandle(h -> new QueryHolds(h).putOff(claim));
    }

    /**
     * Ends a hold whose end has come, as of that end, with the grace of its account's plan. One in a transaction:
     * ending one by query waits for copies that are being stored, and holds nothing of other accounts meanwhile.
     *
     * @return how many
     */
    public int endThoseWhoseTimeHasCome() {
        Instant now = clock.instant();
        return jdbi.withHandle(h -> {
            HoldRepository holds = new HoldRepository(h);
            List<Hold> ended = holds.ended(now, 1);
            for (Hold hold : ended) {
                Instant end = hold.endsAt().orElseThrow();
                Instant keepUntil =
                        end.plus(policy.entitlement(hold.accountId(), end).grace());
                holds.release(hold, new Hold.Step("schedule", end, "Its end came"), keepUntil);
                audit.record("schedule", "hold.end", LegalHolds.subject(hold), null, hold.name());
            }
            return ended.size();
        });
    }
}
