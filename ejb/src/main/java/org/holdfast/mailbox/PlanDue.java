package org.holdfast.mailbox;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What the passing of time alone does to mailboxes: they follow the plan, and secrets are erased. A clock that
 * runs ahead of the database's does neither: a secret does not come back, and an instant that was followed too
 * early would be forgotten when it comes.
 */
public final class PlanDue {

    private static final String AHEAD = "SELECT extract(epoch FROM CAST(:now AS timestamptz) - clock_timestamp())";

    private final Handle handle;
    private final Optional<Duration> mostAhead;

    /**
     * Works in the transaction of the handle.
     *
     * @param mostAhead how far a clock may run ahead; empty: as far as it likes, for demonstrations
     */
    public PlanDue(Handle handle, Optional<Duration> mostAhead) {
        this.handle = handle;
        this.mostAhead = mostAhead;
    }

    /** How far an instant lies ahead of the database's own time; empty while that is no more than it may be. */
    public Optional<Duration> ahead(Instant now) {
        return mostAhead.flatMap(most -> Optional.of(lead(now)).filter(lead -> lead.compareTo(most) > 0));
    }

    /** {@link PlanFollower#step}; nothing by a clock that runs ahead. */
    public Optional<Followed> step(Instant now, int accounts) {
        return ahead(now).isPresent() ? Optional.empty() : new PlanFollower(handle).step(now, accounts);
    }

    /** {@link SecretErasure#erase}; nothing by a clock that runs ahead. */
    public List<Long> erase(Instant now, Duration kept, int most) {
        return ahead(now).isPresent() ? List.of() : new SecretErasure(handle).erase(now, kept, most);
    }

    /** All mailboxes follow the plan again: passes and people's changes saw it by a clock that was wrong. */
    public void lookAgain(Instant now) {
        handle.createUpdate("INSERT INTO policy_due (due_at) VALUES (:now) ON CONFLICT DO NOTHING")
                .bind("now", now)
                .execute();
    }

    private Duration lead(Instant now) {
        return Duration.ofSeconds(handle.createQuery(AHEAD)
                .bind("now", now)
                .mapTo(Double.class)
                .one()
                .longValue());
    }
}
