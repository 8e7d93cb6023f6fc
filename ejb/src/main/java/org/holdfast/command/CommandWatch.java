package org.holdfast.command;

import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;

/**
 * Makes mailboxes due whose commands are, and cancels what waits for mailboxes that will not be used. Each step is
 * a transaction of its own: one that fails keeps none of the others back.
 */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.CONTAINER)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class CommandWatch {

    private static final System.Logger LOG = System.getLogger(CommandWatch.class.getName());

    @Inject
    private CommandTransaction transactions;

    @Inject
    private Clock clock;

    /** Not persistent: what it does is the same on every node and done once. */
    @Schedule(hour = "*", minute = "*", second = "*/4", persistent = false, info = "command watch")
    public void tick() {
        step(
                "Mailboxes whose commands are to be cancelled could not be found",
                () -> transactions.call(CommandQueue::stopped).forEach(this::cancel));
        step(
                "Mailboxes could not be made due for their commands",
                () -> transactions.call(h -> {
                    CommandQueue.makeDue(h);
                    return h.execute("DELETE FROM upload WHERE uploaded_at < now() - interval '1 day'");
                }));
    }

    private void cancel(long mailboxId) {
        step("Commands of mailbox " + mailboxId + " could not be cancelled", () -> {
            int cancelled = transactions.call(h -> CommandQueue.cancelIfStopped(h, mailboxId));
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0} commands of mailbox {1} cancelled: it is not used",
                    cancelled,
                    Long.toString(mailboxId));
        });
    }

    /** Erases what was kept long enough. */
    @Schedule(hour = "*", minute = "*/10", persistent = false, info = "kept content")
    public void sweep() {
        step(
                "What was kept long enough could not be erased",
                () -> transactions.call(h -> {
                    CommandQueue.sweep(h, clock.instant());
                    return true;
                }));
    }

    private static void step(String failure, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            // The next tick tries again; an exception would make some servers drop the timer.
            LOG.log(System.Logger.Level.WARNING, failure, e);
        }
    }
}
