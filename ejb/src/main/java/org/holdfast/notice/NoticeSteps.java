package org.holdfast.notice;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.holdfast.lease.NamedLease;
import org.holdfast.lease.NodeName;
import org.holdfast.setting.Setting;
import org.jdbi.v3.core.Jdbi;

/** The steps of planning and sending notices, each a transaction of its own. Asks for no caller. */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class NoticeSteps {

    private static final int ACCOUNTS = 1_000;
    private static final Duration PLANNING = Duration.ofMinutes(2);

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    /** The right to plan now; empty if another node does. */
    public Optional<NamedLease> mayPlan() {
        return jdbi.withHandle(h -> NamedLease.claim(h, "notice-plan", PLANNING));
    }

    /** Gives the right to plan back. */
    public void donePlanning(NamedLease lease) {
        jdbi.useHandle(lease::release);
    }

    /**
     * Plans the next accounts.
     *
     * @param after the id where the range before ended; 0 at first
     * @return where this range ended; empty when there are no more, or the right was lost
     */
    public Optional<Long> plan(NamedLease lease, long after) {
        NoticeDays days = NoticeDays.parse(Setting.NOTICE_DAYS.value().orElseThrow());
        return jdbi.withHandle(h -> {
            if (!lease.holds(h, PLANNING)) {
                return Optional.empty();
            }
            ChangeFinder finder = new ChangeFinder(h, clock.instant());
            Optional<Long> last = finder.rangeAfter(after, ACCOUNTS);
            last.ifPresent(end -> {
                finder.look(after + 1, end, days);
                new NoticePlan(h, clock.instant()).plan(after + 1, end, days);
            });
            return last;
        });
    }

    /** Claims the next notice that is due; empty when none is. */
    public Optional<NoticeOutbox.Claim> claim() {
        return jdbi.withHandle(h -> new NoticeOutbox(h).claim(NodeName.get(), clock.instant()));
    }

    /**
     * Writes down what a claimed notice says, before the first try.
     *
     * @param from the sender's address
     * @return empty if it turned out not to be needed, or not yet
     */
    public Optional<NoticeLetter> write(NoticeOutbox.Claim claim, String from) {
        return jdbi.withHandle(h -> new NoticeWriter(h, from, Setting.NOTICE_LINK.value(), clock.instant()).put(claim));
    }

    /** Records what came of handing a letter over. */
    public boolean record(NoticeOutbox.Claim claim, Relay.Delivery delivery) {
        return jdbi.withHandle(h -> new NoticeOutbox(h).record(claim, delivery, clock.instant()));
    }

    /** Says of notices whose node was lost while it sent them that nobody knows whether they went. */
    public int giveUpOnLost() {
        return jdbi.withHandle(h -> new NoticeOutbox(h).giveUpOnLost());
    }
}
