package org.holdfast.retention;

import java.time.Instant;
import java.util.Optional;
import org.holdfast.ledger.LedgerHash;
import org.holdfast.ledger.LedgerRows;
import org.jdbi.v3.core.Handle;

/**
 * The end of a run: when every slice is done, what was left in its chunks is looked over once more, and what is due
 * still (it was locked, or its account was) is given one more turn. A copy whose hold's end is worked off only while
 * the run goes on is left to the next run.
 */
final class RunClosing {

    /** So long after the last sweep the turn begins: whoever had a copy locked should be gone by then. */
    private static final int WAIT_SECONDS = 3;

    private final Handle handle;
    private final PurgeOrder order;

    RunClosing(Handle handle, PurgeOrder order) {
        this.handle = handle;
        this.order = order;
    }

    /**
     * Makes a slice of what is left, once in a run. The caller has the run's row locked.
     *
     * @return whether something is left
     */
    boolean begin(Instant now) {
        boolean again = handle.createUpdate("UPDATE purge_run SET closing = 1 WHERE id = :run AND closing = 0")
                        .bind("run", order.runId())
                        .execute()
                == 1;
        if (!again || count(now) == 0) {
            return false;
        }
        PurgeChunks chunks = new PurgeChunks(handle);
        chunks.clear(order.runId());
        int first = handle.createQuery("SELECT coalesce(max(number), 0) + 1 FROM purge_slice WHERE run_id = :run")
                .bind("run", order.runId())
                .mapTo(Integer.class)
                .one();
        LedgerHash head = new LedgerRows(handle).header(order.runId()).hash();
        chunks.cut(order, head, first, Integer.MAX_VALUE, Optional.of(WAIT_SECONDS));
        return true;
    }

    /** Copies that are due still. */
    long count(Instant now) {
        DueCounts due = new DueCounts(handle);
        due.listLeft(order, now);
        return due.total().copies();
    }
}
