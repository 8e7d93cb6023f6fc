package org.holdfast.retention;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.lease.NamedLease;
import org.holdfast.setting.Setting;
import org.jdbi.v3.core.Jdbi;

/** The steps of reckoning what leaves, each a transaction of its own. Asks for no caller. */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class RemovalSteps {

    private static final Duration TERM = Duration.ofMinutes(5);
    private static final int ACCOUNTS = 500;

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    /** The right to reckon now; empty if nothing is wanted or another node is at it. */
    public Optional<NamedLease> begin() {
        Duration every = Duration.ofMinutes(Setting.REMOVALS_EVERY.intValue(1, 10_080));
        return jdbi.withHandle(h -> {
            RemovalReckoning reckoning = new RemovalReckoning(h);
            if (!reckoning.isWanted(clock.instant().minus(every))) {
                return Optional.empty();
            }
            Optional<NamedLease> lease = NamedLease.claim(h, "removal-reckoning", TERM);
            lease.ifPresent(held -> reckoning.begin());
            return lease;
        });
    }

    /**
     * Reckons the next accounts.
     *
     * @return where this range ended; empty when there are no more, or the right was lost
     */
    public Optional<Long> reckon(NamedLease lease, long after) {
        return jdbi.withHandle(h -> {
            if (!lease.holds(h, TERM)) {
                return Optional.empty();
            }
            RemovalReckoning reckoning = new RemovalReckoning(h);
            Optional<Long> last = reckoning.rangeAfter(after, ACCOUNTS);
            last.ifPresent(end -> reckoning.reckon(after + 1, end, clock.instant()));
            return last;
        });
    }

    /** Says that all of it is reckoned, as of its beginning, and gives the right back. */
    public void end(NamedLease lease, Instant began, long tookMillis) {
        jdbi.useHandle(h -> {
            if (lease.holds(h, TERM)) {
                new RemovalReckoning(h).end(began, tookMillis);
                lease.release(h);
            }
        });
    }
}
