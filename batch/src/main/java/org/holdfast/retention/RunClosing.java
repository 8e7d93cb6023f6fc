package org.holdfast.retention;

import java.time.Instant;
import org.holdfast.ledger.LedgerRows;
import org.jdbi.v3.core.Handle;

/**
 * The end of a run: when every slice is done, the whole scope is looked over once more, and what is due still
 * (it was locked, or is due only since) is given one more turn.
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
     * Makes slices of what is left, once in a run. The caller has the run's row locked.
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
        return handle.createUpdate("INSERT INTO purge_slice (run_id, number, first_account, last_account, due_copies,"
                                + " cursor_account, head, lease_until, closing) SELECT :run, (SELECT coalesce(max(number), 0) + 1"
                                + " FROM purge_slice WHERE run_id = :run), min(account_id), max(account_id), sum(copies),"
                                + " min(account_id) - 1, :head, clock_timestamp() + :wait * interval '1 second', true FROM "
                                + DueCounts.TABLE)
                        .bind("run", order.runId())
                        .bind(
                                "head",
                                new LedgerRows(handle)
                                        .header(order.runId())
                                        .hash()
                                        .bytes())
                        .bind("wait", WAIT_SECONDS)
                        .execute()
                == 1;
    }

    /** Copies that are due still. */
    long count(Instant now) {
        DueCounts due = new DueCounts(handle);
        due.count(order.scope(), order.asOf(), now);
        return due.total().copies();
    }
}
