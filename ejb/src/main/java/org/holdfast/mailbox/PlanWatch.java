package org.holdfast.mailbox;

import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;

/**
 * On every node, every few seconds: lets mailboxes follow what became due of plans and terms, and erases
 * secrets whose time is over. Rows are claimed by their locks, so nodes share the work.
 */
@Singleton
@Startup
@DependsOn("SchemaMigration")
@ConcurrencyManagement(ConcurrencyManagementType.CONTAINER)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class PlanWatch {

    private static final System.Logger LOG = System.getLogger(PlanWatch.class.getName());

    @Inject
    private MailboxPlans plans;

    /** Whether the last look found this node's clock ahead. */
    private boolean ahead;

    /** Whether this node has looked with a clock that is right: before it was started its clock may have been wrong. */
    private boolean looked;

    @Schedule(hour = "*", minute = "*", second = "*/3", persistent = false, info = "plan")
    void look() {
        try {
            if (!isAhead()) {
                follow();
            }
        } catch (RuntimeException e) {
            // The next look tries again; an exception would make some servers drop the timer.
            LOG.log(System.Logger.Level.WARNING, "Mailboxes could not follow the plan; tried again in 3 s", e);
        }
    }

    /** Warns once when the clock has run ahead; all mailboxes are looked at when it is right again, and at the start. */
    private boolean isAhead() {
        Optional<Duration> lead = plans.ahead();
        if (lead.isPresent() && !ahead) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "This server''s clock is {0} ahead of the database''s: until it is right, mailboxes do not follow"
                            + " what becomes due of the plan and no secret is erased",
                    lead.get());
        }
        if (lead.isEmpty() && ahead) {
            LOG.log(System.Logger.Level.INFO, "This server's clock is right again: mailboxes follow the plan");
        }
        if (lead.isEmpty() && (ahead || !looked)) {
            plans.lookAgain();
            looked = true;
        }
        ahead = lead.isPresent();
        return ahead;
    }

    private void follow() {
        Optional<Followed> step = plans.step();
        int paused = 0;
        int resumed = 0;
        while (step.isPresent()) {
            paused += step.get().paused().size();
            resumed += step.get().resumed().size();
            step = plans.step();
        }
        int erased = plans.eraseSecrets().size();
        if (paused + resumed + erased > 0) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "The plan paused {0} mailboxes and resumed {1}; {2} secrets were erased",
                    paused,
                    resumed,
                    erased);
        }
    }
}
