package org.holdfast.mailbox;

import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/**
 * Whether the plan lets a mailbox be used now: asked before each connection, each batch and each command.
 * Asks for no caller: workers have none.
 */
@Stateless
public class PlanPause {

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    /** Why nothing may be said to the provider of a mailbox now; empty: it may. */
    public Optional<PlanStop> of(long mailboxId) {
        return Optional.ofNullable(among(List.of(mailboxId)).get(mailboxId));
    }

    /** Those of some mailboxes that the plan stops now, by their ids, in one statement. */
    public Map<Long, PlanStop> among(Collection<Long> mailboxIds) {
        return jdbi.withHandle(h -> new PlanStops(h).among(mailboxIds, clock.instant()));
    }
}
