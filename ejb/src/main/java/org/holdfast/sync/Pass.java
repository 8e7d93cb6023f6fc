package org.holdfast.sync;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.plan.Allowance;
import org.holdfast.plan.Cutoff;
import org.holdfast.plan.Entitlement;
import org.jdbi.v3.core.Handle;

/**
 * One pass over a mailbox: everything it writes goes through here, under its lease, with its counters in
 * the same transaction. Its row begins with the first thing there is to write.
 */
final class Pass {

    private final Lease lease;
    private final ShortTransaction transactions;
    private final PlanAnswer plan;
    private final Clock clock;
    private int folders;
    private Long id;
    private volatile long active = System.nanoTime();
    private boolean goesOn;

    Pass(Lease lease, ShortTransaction transactions, PlanAnswer plan, Clock clock) {
        this.lease = lease;
        this.transactions = transactions;
        this.plan = plan;
        this.clock = clock;
    }

    /** How many folders the pass goes through. */
    void expect(int folderCount) {
        folders = folderCount;
    }

    Instant now() {
        return clock.instant();
    }

    /** What has left its folder, as this pass sees it. */
    Departures departures(Handle handle) {
        return new Departures(handle, lease.token(), now());
    }

    <T> T read(Function<Handle, T> query) {
        return call(query);
    }

    private <T> T call(Function<Handle, T> work) {
        active = System.nanoTime();
        try {
            return transactions.call(work);
        } finally {
            active = System.nanoTime();
        }
    }

    /** Database work under the lease that counts nothing. */
    <T> T fenced(Function<Handle, T> work) {
        return call(h -> {
            new Leases(h).fence(lease);
            return work.apply(h);
        });
    }

    /** Writes under the lease; the counters that the work returns go with it. */
    PassCounts write(Function<Handle, PassCounts> work) {
        return write(work, 0);
    }

    /** As {@link #write(Function)}, completing a folder. */
    PassCounts completeFolder(Function<Handle, PassCounts> work) {
        return write(work, 1);
    }

    /** What there is to fetch, beside what was known before. */
    void plan(long originals, long bytes) {
        if (originals > 0) {
            Long[] begun = {id};
            fenced(h -> {
                SyncStore store = new SyncStore(h);
                begun[0] = id == null ? store.beginPass(lease.mailboxId(), folders, now()) : id;
                store.plan(begun[0], originals, bytes);
                return begun;
            });
            id = begun[0];
        }
    }

    private PassCounts write(Function<Handle, PassCounts> work, int done) {
        Long[] begun = {id};
        PassCounts counts = call(h -> {
            new Leases(h).fence(lease);
            PassCounts did = work.apply(h);
            if (begun[0] == null) {
                begun[0] = new SyncStore(h).beginPass(lease.mailboxId(), folders, now());
            }
            new SyncStore(h).count(begun[0], did, done);
            return did;
        });
        id = begun[0];
        return counts;
    }

    /** Ends the pass and does what goes with it in one transaction, under the lease. */
    void end(String outcome, String error, Consumer<Handle> ending) {
        fenced(h -> {
            if (id != null || error != null) {
                SyncStore store = new SyncStore(h);
                long pass = id == null ? store.beginPass(lease.mailboxId(), folders, now()) : id;
                store.endPass(pass, outcome, error, now());
            }
            ending.accept(h);
            return lease;
        });
    }

    /**
     * Asks plan and owner whether to go on.
     *
     * @return the present edge of the window; empty without limit
     * @throws PassStopped if not
     */
    Optional<Cutoff> requireAllowed() throws PassStopped {
        PullTarget target = read(h -> new SyncStore(h).target(lease.mailboxId()))
                .orElseThrow(() -> new PassStopped("The mailbox is not there any more"));
        if (target.state() == MailboxState.PAUSED_BY_PLAN) {
            throw new PlanStopped("The plan paused the mailbox");
        }
        if (!target.state().isTried()) {
            throw new PassStopped("The mailbox is " + target.state());
        }
        if (target.cancelledBy() != null) {
            throw new Cancelled("Cancelled by " + target.cancelledBy());
        }
        Instant now = now();
        Entitlement entitlement = plan.entitlement(target.accountId(), now);
        Optional<String> refusal = refusal(target, entitlement);
        if (refusal.isPresent()) {
            throw new PlanStopped(refusal.get());
        }
        return entitlement.cutoff(now);
    }

    private static Optional<String> refusal(PullTarget target, Entitlement entitlement) {
        if (!entitlement.syncs()) {
            return Optional.of("The plan " + entitlement.planCode() + " does not synchronise mailboxes");
        }
        Allowance limit = target.shared() ? entitlement.sharedMailboxes() : entitlement.mailboxesPerUser();
        if (!limit.allowsOneMoreThan(target.rank())) {
            return Optional.of("The plan " + entitlement.planCode() + " allows " + limit
                    + (target.shared() ? " shared mailboxes" : " mailboxes per user")
                    + "; others come first");
        }
        return Optional.empty();
    }

    /** How long nothing has been done: the pass waits for its provider. */
    Duration idle() {
        return Duration.ofNanos(System.nanoTime() - active);
    }

    /** A place for the connection among those that are kept. */
    boolean reserve(KeptConnections connections) {
        return connections.reserve(lease);
    }

    /** The next pass has something to finish, and does not wait for its turn. */
    void goOn() {
        goesOn = true;
    }

    boolean goesOn() {
        return goesOn;
    }

    /** Whether anything was written beside the lease. */
    boolean hasNews() {
        return id != null;
    }

    /** A person ended this pass; the next one goes on where it was. */
    static final class Cancelled extends PassStopped {

        private static final long serialVersionUID = 1L;

        Cancelled(String message) {
            super(message);
        }
    }

    /** The plan does not allow it; it may again. */
    static final class PlanStopped extends PassStopped {

        private static final long serialVersionUID = 1L;

        PlanStopped(String message) {
            super(message);
        }
    }
}
