package org.holdfast.command;

import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.inject.Inject;
import java.time.Clock;
import org.jdbi.v3.core.Jdbi;

/** Makes mailboxes due whose commands are, and cancels what waits for mailboxes that will not be used. */
@Singleton
public class CommandWatch {

    private static final System.Logger LOG = System.getLogger(CommandWatch.class.getName());

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    /** Not persistent: what it does is the same on every node and done once. */
    @Schedule(hour = "*", minute = "*", second = "*/4", persistent = false, info = "command watch")
    public void tick() {
        int cancelled = jdbi.withHandle(CommandQueue::cancelForPausedMailboxes);
        if (cancelled > 0) {
            LOG.log(System.Logger.Level.INFO, "{0} commands cancelled: their mailboxes are not used", cancelled);
        }
        jdbi.useHandle(h -> h.execute("UPDATE mailbox_sync s SET due_at = clock_timestamp()"
                + " WHERE s.due_at > clock_timestamp() AND s.failures = 0 AND s.lease_until IS NULL"
                + " AND s.mailbox_id IN (SELECT c.mailbox_id FROM user_command c"
                + " WHERE c.state IN ('QUEUED', 'RUNNING') AND c.due_at <= clock_timestamp())"));
        jdbi.useHandle(h -> h.execute("DELETE FROM upload WHERE uploaded_at < now() - interval '1 day'"));
    }

    /** Erases what was kept long enough. */
    @Schedule(hour = "*", minute = "*/10", persistent = false, info = "kept content")
    public void sweep() {
        jdbi.useHandle(h -> CommandQueue.sweep(h, clock.instant()));
    }
}
