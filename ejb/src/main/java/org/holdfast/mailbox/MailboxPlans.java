package org.holdfast.mailbox;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.holdfast.clock.BusinessClock;
import org.holdfast.plan.PolicyChanged;
import org.holdfast.plan.PolicyChanging;
import org.holdfast.setting.Setting;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Keeps mailboxes at what the plan says of them, on any node, and tells who keeps work for those that it
 * pauses. Asks for no caller.
 */
@Stateless
public class MailboxPlans {

    /** Accounts looked at in one transaction. */
    private static final int STEP = 5_000;

    private static final int ERASED_AT_ONCE = 1_000;

    /** More than clocks of well kept servers differ, less than any term of a plan. */
    private static final Duration MOST_AHEAD = Duration.ofMinutes(5);

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    @Inject
    private BusinessClock business;

    @Inject
    private Event<PausedByPlan> paused;

    /** An account's plan is about to change: its mailboxes are locked before its own row. */
    public void changing(@Observes PolicyChanging change) {
        jdbi.useHandle(h -> new PlanFollower(h).lock(change.accountId()));
    }

    /** An account's plan changed: its mailboxes follow in the same transaction. */
    public void changed(@Observes PolicyChanged change) {
        follow(change.accountId());
    }

    /** Mailboxes of one account follow its plan as of now. */
    public Followed follow(long accountId) {
        return told(h -> new PlanFollower(h).accounts(List.of(accountId), clock.instant()));
    }

    /**
     * A part of what is due by now: changes of plan and terms whose instant has come.
     *
     * @return empty if nothing is due, or the clock is {@link #ahead}
     */
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public Optional<Followed> step() {
        Followed[] done = new Followed[1];
        told(h -> {
            Optional<Followed> step = due(h).step(clock.instant(), STEP);
            done[0] = step.orElse(null);
            return step.orElse(Followed.NOTHING);
        });
        return Optional.ofNullable(done[0]);
    }

    /**
     * Erases secrets that were kept for their time while the plan did not allow their mailboxes.
     *
     * @return the mailboxes; there may be more if they are many
     */
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public List<Long> eraseSecrets() {
        Duration kept = Duration.ofDays(Setting.SECRET_DAYS.intValue(0, 365));
        Instant now = clock.instant();
        return jdbi.withHandle(h -> due(h).erase(now, kept, ERASED_AT_ONCE));
    }

    /** How far this node's clock is ahead of the database's, if too far to act by it; a demonstration's may be. */
    public Optional<Duration> ahead() {
        return jdbi.withHandle(h -> due(h).ahead(clock.instant()));
    }

    /** The clock was ahead and is right again: what passes and people's changes read by it is read again. */
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public void lookAgain() {
        jdbi.useHandle(h -> due(h).lookAgain(clock.instant()));
    }

    private PlanDue due(Handle handle) {
        return new PlanDue(handle, business.isAdjustable() ? Optional.empty() : Optional.of(MOST_AHEAD));
    }

    /** Tells, in the present transaction, what following the plan changed. */
    public void tell(Followed followed) {
        if (!followed.paused().isEmpty()) {
            paused.fire(new PausedByPlan(followed.paused(), clock.instant()));
        }
    }

    private Followed told(Function<Handle, Followed> work) {
        Followed followed = jdbi.withHandle(work::apply);
        tell(followed);
        return followed;
    }
}
