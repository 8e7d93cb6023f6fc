package org.holdfast.sync;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The passes of one node: claims as many due mailboxes as it has places for, runs them on an executor, and keeps
 * their leases. A pass that waits for its provider gives its place to another, so that one that never answers
 * delays nobody; all together they are bounded.
 */
final class PassRunner {

    private static final System.Logger LOG = System.getLogger(PassRunner.class.getName());

    /** A pass that did nothing for so long waits for its provider. */
    private static final Duration WAITING = Duration.ofMillis(700);

    /** Places for passes that wait, for each place of one that works. */
    private static final int WAITING_PLACES = 7;

    private final ShortTransaction transactions;
    private final Leases.ClaimOrder order;
    private final Duration term;
    private final Supplier<MailboxPass> passes;
    private final Consumer<Runnable> executor;
    private final Clock clock;
    private final RunningPasses running = new RunningPasses();

    /**
     * Begins to claim with the first {@link #tick}.
     *
     * @param order whose most is the number of places
     * @param term of its leases
     * @param executor may refuse with {@link RejectedExecutionException}
     */
    PassRunner(
            ShortTransaction transactions,
            Leases.ClaimOrder order,
            Duration term,
            Supplier<MailboxPass> passes,
            Consumer<Runnable> executor,
            Clock clock) {
        this.transactions = transactions;
        this.order = order;
        this.term = term;
        this.passes = passes;
        this.executor = executor;
        this.clock = clock;
    }

    /** Renews what it has and takes what there is a place for. */
    void tick() {
        renew();
        claim();
    }

    /** Keeps its leases alive. */
    void renew() {
        List<Lease> held = running.leases();
        if (!held.isEmpty()) {
            transactions.call(h -> {
                new Leases(h, term).renew(held);
                return held;
            });
        }
    }

    /** Ends passes that plan or owner no longer allow. */
    void stopWhatMayNotGoOn() {
        running.stopWhatMayNotGoOn(transactions, clock.instant());
    }

    private synchronized void claim() {
        int free = places();
        if (free > 0) {
            Leases.ClaimOrder now =
                    new Leases.ClaimOrder(order.owner(), free, order.interval(), order.perAccount(), order.perHost());
            transactions
                    .call(h -> new Leases(h, term).claim(now, clock.instant()))
                    .forEach(this::start);
        }
    }

    private int places() {
        long working = running.working(WAITING);
        return (int) Math.min(order.most() - working, (long) order.most() * (1 + WAITING_PLACES) - running.size());
    }

    private void start(Lease lease) {
        MailboxPass pass = passes.get();
        running.add(lease, pass);
        try {
            executor.accept(() -> run(lease, pass));
        } catch (RejectedExecutionException e) {
            running.remove(lease);
            LOG.log(System.Logger.Level.WARNING, "No executor for mailbox " + lease.mailboxId(), e);
        }
    }

    private void run(Lease lease, MailboxPass pass) {
        try {
            pass.run(lease);
        } catch (RuntimeException e) {
            // Not even the failure could be recorded; the lease runs out by itself.
            LOG.log(System.Logger.Level.WARNING, "The pass over mailbox " + lease.mailboxId() + " broke off", e);
        } finally {
            running.remove(lease);
        }
    }
}
