package org.holdfast.overview;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.holdfast.lease.NamedLease;
import org.jdbi.v3.core.Jdbi;

/** The steps of counting copies, each a transaction of its own. Asks for no caller. */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class CountSteps {

    private static final Duration TERM = Duration.ofMinutes(10);
    private static final Duration LEAST = Duration.ofMinutes(5);
    private static final int SHARE = 20;
    private static final int MAILBOXES = 200;

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    /** The right to count now; empty if it is not time or another node is at it. */
    public Optional<NamedLease> begin() {
        return jdbi.withHandle(h -> new CopyCounting(h).isDue(LEAST, SHARE)
                ? NamedLease.claim(h, "copy-counting", TERM)
                : Optional.empty());
    }

    /**
     * Counts the next mailboxes.
     *
     * @param arrivals takes those of this range beside those before
     * @return where this range ended; empty when there are no more, or the right was lost
     */
    public Optional<Long> count(NamedLease lease, long after, Map<Instant, long[]> arrivals) {
        return jdbi.withHandle(h -> {
            if (!lease.holds(h, TERM)) {
                return Optional.empty();
            }
            CopyCounting counting = new CopyCounting(h);
            Optional<Long> last = counting.rangeAfter(after, MAILBOXES);
            last.ifPresent(end -> {
                counting.count(after + 1, end, clock.instant());
                counting.arrivals(after + 1, end, clock.instant(), arrivals);
            });
            return last;
        });
    }

    /** Says that all of it is counted, as of its beginning, and gives the right back. */
    public void end(NamedLease lease, Instant began, long tookMillis, Map<Instant, long[]> arrivals) {
        jdbi.useHandle(h -> {
            if (lease.holds(h, TERM)) {
                new CopyCounting(h).end(began, tookMillis, arrivals);
                lease.release(h);
            }
        });
    }
}
