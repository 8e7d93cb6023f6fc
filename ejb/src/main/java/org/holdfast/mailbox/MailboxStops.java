package org.holdfast.mailbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Which of the mailboxes that are worked on must be let go, by their plan or their owner. */
public final class MailboxStops {

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public MailboxStops(Handle handle) {
        this.handle = handle;
    }

    /** Those of some mailboxes that must be let go at an instant; two statements, however many they are. */
    public List<MailboxStop> among(Collection<Long> mailboxIds, Instant now) {
        List<MailboxStop> stops = new ArrayList<>();
        PlanStops plan = new PlanStops(handle);
        plan.among(mailboxIds, now)
                .values()
                .forEach(s -> stops.add(new MailboxStop(s.mailboxId(), s.sentence(), true)));
        plan.endedByOwner(mailboxIds)
                .forEach(id -> stops.add(new MailboxStop(id, "The mailbox was paused or disconnected", false)));
        return stops;
    }
}
