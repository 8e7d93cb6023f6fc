package org.holdfast.work;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.holdfast.sync.ShortTransaction;

/** Takes up work that waits and does it step by step. */
public final class WorkRun {

    private static final System.Logger LOG = System.getLogger(WorkRun.class.getName());

    private final ShortTransaction transactions;
    private final Map<String, WorkKind> kinds;
    private final Clock clock;
    private final String owner;

    public WorkRun(ShortTransaction transactions, Map<String, WorkKind> kinds, Clock clock, String owner) {
        this.transactions = transactions;
        this.kinds = Map.copyOf(kinds);
        this.clock = clock;
        this.owner = owner;
    }

    /** Does one piece of work to its end, or as far as it goes; false if none waits. */
    public boolean runOne() {
        Optional<WorkRows.Claim> claim = transactions.call(h -> new WorkRows(h).claim(owner));
        claim.ifPresent(this::run);
        return claim.isPresent();
    }

    private void run(WorkRows.Claim claim) {
        try {
            boolean more = true;
            while (more) {
                more = transactions.call(h -> {
                    WorkRows rows = new WorkRows(h);
                    Optional<LongWork> work = rows.hold(claim);
                    if (work.isEmpty()) {
                        return false;
                    }
                    WorkKind kind = kind(work.get());
                    if (work.get().total().isEmpty()) {
                        rows.total(claim.id(), kind.total(h, work.get()));
                    }
                    WorkStep step = kind.step(h, work.get(), clock.instant());
                    rows.progress(claim, step);
                    return !step.last();
                });
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "A step of work " + claim.id() + " failed", e);
            transactions.call(h -> {
                new WorkRows(h).failed(claim, e.getMessage() == null ? e.toString() : e.getMessage());
                return claim;
            });
        }
    }

    private WorkKind kind(LongWork work) {
        WorkKind kind = kinds.get(work.kind());
        if (kind == null) {
            throw new IllegalStateException("This node knows no work " + work.kind());
        }
        return kind;
    }
}
