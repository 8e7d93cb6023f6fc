package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.holdfast.account.Role;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.message.CopyCursor;
import org.holdfast.plan.EntitlementSpan;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** For an owner: the own mailboxes and those shared with them, what leaves them when, and what an upgrade changes. */
@Stateless
@RolesAllowed(Role.OWNER_NAME)
public class MyMail {

    /** How many days ahead an owner is shown what leaves. */
    public static final int DAYS_AHEAD = 30;

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private PlanPolicy policy;

    @Inject
    private Clock clock;

    /**
     * One mailbox of the owner.
     *
     * @param kept copies that are bound or held
     * @param leaving copies that leave within {@link #DAYS_AHEAD} days as things stand
     */
    public record OwnMailbox(
            long id,
            String address,
            boolean shared,
            MailboxState state,
            long copies,
            long bytes,
            long kept,
            long leaving,
            long leavingBytes) {}

    /**
     * What a plan would change of what leaves.
     *
     * @param days how long it keeps; empty: without limit
     * @param stays how many of the copies that leave would stay
     */
    public record Upgrade(String planName, OptionalInt days, long stays) {}

    /**
     * How the own mail stands.
     *
     * @param days how long the plan keeps; empty: without limit
     * @param syncs whether mailboxes are synchronised now
     */
    public record Standing(
            Instant asOf,
            String planName,
            OptionalInt days,
            boolean syncs,
            List<OwnMailbox> mailboxes,
            List<Upgrade> upgrades) {

        public long leaving() {
            return mailboxes.stream().mapToLong(OwnMailbox::leaving).sum();
        }

        public long leavingBytes() {
            return mailboxes.stream().mapToLong(OwnMailbox::leavingBytes).sum();
        }
    }

    /**
     * A copy that leaves.
     *
     * @param sender and subject: null where the message has none
     * @param leavesAt the first instant from which a purge removes it
     */
    public record Leaving(
            long id,
            long mailboxId,
            String mailbox,
            String sender,
            String subject,
            Instant clock,
            Instant leavesAt,
            long sizeBytes) {}

    /** How the caller's mail stands now. */
    public Standing now() {
        Caller caller = currentCaller.get();
        Instant now = clock.instant();
        return jdbi.withHandle(
                h -> new MyMailQuery(h, now).standing(caller.account().orElseThrow(), caller.userId()));
    }

    /**
     * What leaves within {@link #DAYS_AHEAD} days, oldest clock first.
     *
     * @param mailboxId this one alone; null: all of them
     * @param after where the page before ended; null: from the oldest
     * @param limit 1 to 200
     */
    public List<Leaving> leaving(Long mailboxId, CopyCursor after, int limit) {
        Caller caller = currentCaller.get();
        long account = caller.account().orElseThrow();
        Instant now = clock.instant();
        List<EntitlementSpan> timeline = policy.timeline(account, now);
        return jdbi.withHandle(
                h -> new MyMailQuery(h, now).leaving(account, caller.userId(), mailboxId, timeline, after, limit));
    }
}
