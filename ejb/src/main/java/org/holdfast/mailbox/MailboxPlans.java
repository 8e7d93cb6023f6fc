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

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

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
     * @return empty if nothing is due
     */
    @TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
    public Optional<Followed> step() {
        Followed[] done = new Followed[1];
        told(h -> {
            Optional<Followed> step = new PlanFollower(h).step(clock.instant(), STEP);
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
        return jdbi.withHandle(h -> new SecretErasure(h).erase(now, kept, ERASED_AT_ONCE));
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
