package org.holdfast.command;

import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.inject.Inject;
import org.jdbi.v3.core.Jdbi;

/** Makes sure that nothing waits for a mailbox that will not be used, whoever stopped it. */
@Singleton
public class CommandWatch {

    private static final System.Logger LOG = System.getLogger(CommandWatch.class.getName());

    @Inject
    private Jdbi jdbi;

    /** Not persistent: what it does is the same on every node and done once. */
    @Schedule(hour = "*", minute = "*", second = "*/20", persistent = false, info = "command watch")
    public void tick() {
        int cancelled = jdbi.withHandle(CommandQueue::cancelForPausedMailboxes);
        if (cancelled > 0) {
            LOG.log(System.Logger.Level.INFO, "{0} commands cancelled: their mailboxes are not used", cancelled);
        }
        jdbi.useHandle(h -> h.execute("DELETE FROM upload WHERE uploaded_at < now() - interval '1 day'"));
    }
}
