package org.holdfast.retention;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Works on the preview that waits longest, range after range, until it is done, ended by somebody, or the
 * worker is to stop. Ranges are cut so that each takes about as long; while mailboxes are synchronised they
 * are short with a rest between them, so that the synchronisation keeps its pace.
 */
final class PreviewPass {

    private static final int LEAST = 10;
    private static final int MOST = 200_000;

    private final PreviewTransaction transactions;
    private final Clock clock;
    private final Pace pace;
    private int size;

    PreviewPass(PreviewTransaction transactions, Clock clock, Pace pace) {
        this.transactions = transactions;
        this.clock = clock;
        this.pace = pace;
        this.size = pace.first();
    }

    /**
     * How the work is spread over time.
     *
     * @param first accounts in the first range
     * @param range what one range is to take while nothing is synchronised
     * @param rangeBesideSync what one is to take beside a synchronisation
     * @param rest what is rested after a range beside a synchronisation, as a multiple of its time
     */
    record Pace(int first, Duration range, Duration rangeBesideSync, double rest) {

        static final Pace USUAL = new Pace(100, Duration.ofMillis(500), Duration.ofMillis(100), 4);
    }

    /**
     * Takes up one preview.
     *
     * @param stopping whether to give it back after the range at hand
     * @return whether there was one
     */
    boolean run(String owner, BooleanSupplier stopping) throws InterruptedException {
        Optional<PreviewLease> lease = transactions.call(h -> new PreviewWork(h).claim(owner));
        if (lease.isPresent()) {
            run(lease.get(), stopping);
        }
        return lease.isPresent();
    }

    private void run(PreviewLease lease, BooleanSupplier stopping) throws InterruptedException {
        try {
            if (transactions.call(h -> new PreviewWork(h).isHopeless(lease))) {
                fail(lease, "Taken up " + PreviewWork.IDLE_WORKERS + " times without getting anything done");
            } else if (transactions.call(h -> new PreviewWork(h).prepare(lease))) {
                ranges(lease, stopping);
            }
        } catch (RuntimeException e) {
            if (isTransient(e)) {
                // The lease runs out, and a worker takes it up where it is.
                throw e;
            }
            fail(lease, reason(e));
        }
    }

    private void ranges(PreviewLease lease, BooleanSupplier stopping) throws InterruptedException {
        PreviewWork.Step step = PreviewWork.Step.MORE;
        while (step == PreviewWork.Step.MORE) {
            if (stopping.getAsBoolean()) {
                transactions.call(h -> {
                    new PreviewWork(h).release(lease);
                    return null;
                });
                return;
            }
            step = range(lease);
        }
        if (step == PreviewWork.Step.DONE) {
            transactions.call(h -> {
                new PreviewWork(h).complete(lease, clock.instant());
                return null;
            });
        }
    }

    private PreviewWork.Step range(PreviewLease lease) throws InterruptedException {
        boolean syncing = transactions.call(h -> new PreviewWork(h).isSyncing());
        Duration wanted = syncing ? pace.rangeBesideSync() : pace.range();
        int accounts = size;
        long start = System.nanoTime();
        PreviewWork.Step step = transactions.call(h -> new PreviewWork(h).range(lease, accounts));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        size = next(accounts, took, wanted);
        if (syncing && step == PreviewWork.Step.MORE) {
            Thread.sleep((long) (took.toMillis() * pace.rest()));
        }
        return step;
    }

    /** The size with which a range would have taken as long as it should, but not at once ten times as much. */
    static int next(int size, Duration took, Duration wanted) {
        double ratio = (double) wanted.toNanos() / Math.max(1, took.toNanos());
        return (int) Math.max(LEAST, Math.min(MOST, size * Math.max(0.25, Math.min(4, ratio))));
    }

    private void fail(PreviewLease lease, String reason) {
        transactions.call(h -> {
            new PreviewWork(h).fail(lease, reason, clock.instant());
            return null;
        });
    }

    /** Whether the database may answer the same better in a while: connection, resources, locks, a stop. */
    private static boolean isTransient(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                return state.startsWith("08")
                        || state.startsWith("53")
                        || state.startsWith("40")
                        || state.startsWith("57")
                        || state.startsWith("58")
                        || state.startsWith("55");
            }
        }
        return false;
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage() == null
                ? ""
                : ": " + root.getMessage().lines().findFirst().orElse("");
        String text = root.getClass().getSimpleName() + message;
        return text.substring(0, Math.min(500, text.length()));
    }
}
