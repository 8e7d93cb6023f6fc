package org.holdfast.retention;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.holdfast.ledger.LedgerPack;
import org.holdfast.ledger.PurgedCopy;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;

/** What a completed run removed of each plan, as its ledger says; counted once, beside the runs. */
final class RunTotals {

    private static final int FETCH = 8;

    private final Handle handle;

    RunTotals(Handle handle) {
        this.handle = handle;
    }

    /** Counts for a completed run that has no totals yet, unless another node does at this moment. */
    void countByPlan() {
        Optional<Long> uncounted = handle.createQuery("SELECT r.id FROM purge_run r WHERE r.status = 'COMPLETED'"
                        + " AND EXISTS (SELECT FROM purge_run_plan p WHERE p.run_id = r.id AND p.purged_copies IS NULL)"
                        + " ORDER BY r.id LIMIT 1 FOR UPDATE SKIP LOCKED")
                .mapTo(Long.class)
                .findOne();
        uncounted.ifPresent(this::countByPlan);
    }

    private void countByPlan(long run) {
        Map<Long, long[]> byTerms = new HashMap<>();
        try (ResultIterator<byte[]> packs = handle.createQuery("SELECT pack FROM ledger_entry WHERE run_id = :run")
                .bind("run", run)
                .setFetchSize(FETCH)
                .mapTo(byte[].class)
                .iterator()) {
            while (packs.hasNext()) {
                for (PurgedCopy copy : LedgerPack.read(packs.next()).copies()) {
                    long[] sums = byTerms.computeIfAbsent(copy.termsId(), terms -> new long[2]);
                    sums[0]++;
                    sums[1] += copy.sizeBytes();
                }
            }
        }
        handle.createUpdate("UPDATE purge_run_plan SET purged_copies = 0, purged_bytes = 0 WHERE run_id = :run")
                .bind("run", run)
                .execute();
        byTerms.forEach((terms, sums) -> handle.createUpdate("INSERT INTO purge_run_plan AS p (run_id, plan_code,"
                        + " accounts, due_copies, due_bytes, purged_copies, purged_bytes) SELECT :run, t.plan_code, 0, 0, 0,"
                        + " :copies, :bytes FROM plan_terms t WHERE t.id = :terms ON CONFLICT (run_id, plan_code)"
                        + " DO UPDATE SET purged_copies = p.purged_copies + excluded.purged_copies,"
                        + " purged_bytes = p.purged_bytes + excluded.purged_bytes")
                .bind("run", run)
                .bind("copies", sums[0])
                .bind("bytes", sums[1])
                .bind("terms", terms)
                .execute());
    }
}
