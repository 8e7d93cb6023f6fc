package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.holdfast.ledger.LedgerHash;
import org.jdbi.v3.core.Handle;

/**
 * The chunks of a run: what {@link DueCounts} listed, by ascending id, in pieces of the run's chunk size. They are
 * candidates only; whether one is due is asked again when it is locked.
 */
final class PurgeChunks {

    /** Chunks become slices with those that follow, so many to one. */
    private static final String CUT = "WITH placed AS (SELECT id, account_id, (row_number() OVER (ORDER BY id) - 1)"
            + " / :chunk AS n FROM " + DueCounts.LISTED + "),"
            + " cut AS MATERIALIZED (SELECT n / :each + :first AS slice, n % :each + 1 AS number,"
            + " array_agg(id ORDER BY id) AS copies, array_agg(DISTINCT account_id) AS accounts FROM placed GROUP BY n),"
            + " slices AS (INSERT INTO purge_slice (run_id, number, first_copy, last_copy, due_copies, head, closing,"
            + " lease_until) SELECT :run, slice, min(copies[1]), max(copies[cardinality(copies)]),"
            + " sum(cardinality(copies)), :head, :closing, clock_timestamp() + :wait * interval '1 second'"
            + " FROM cut GROUP BY slice)"
            + " INSERT INTO purge_chunk (run_id, slice, number, copies, accounts)"
            + " SELECT :run, slice, number, copies, accounts FROM cut";

    private static final String REMAINING = "UPDATE purge_chunk k SET copies = r.copies FROM"
            + " (SELECT array_agg(c.id ORDER BY c.id) AS copies FROM purge_chunk x CROSS JOIN unnest(x.copies) AS i (id)"
            + " JOIN mail_copy c ON c.id = i.id WHERE x.run_id = :run AND x.slice = :slice AND x.number = :chunk) r"
            + " WHERE k.run_id = :run AND k.slice = :slice AND k.number = :chunk AND r.copies IS NOT NULL";

    private final Handle handle;

    PurgeChunks(Handle handle) {
        this.handle = handle;
    }

    /** How many chunks become a slice. */
    static long chunksPerSlice(long copies, PurgeOrder order, int slices, int most) {
        long chunks = (copies + order.chunkSize() - 1) / order.chunkSize();
        return Math.max(1, Math.min(most, chunks / slices));
    }

    /**
     * Cuts what was listed into chunks and these into slices.
     *
     * @param first the number of the first slice
     * @param each chunks of a slice
     * @param closing whether they are another turn for what was left, and wait for so many seconds
     */
    void cut(PurgeOrder order, LedgerHash head, int first, long each, Optional<Integer> closing) {
        handle.createUpdate(CUT)
                .bind("run", order.runId())
                .bind("chunk", order.chunkSize())
                .bind("first", first)
                .bind("each", each)
                .bind("head", head.bytes())
                .bind("closing", closing.isPresent())
                .bind("wait", closing.orElse(null))
                .execute();
    }

    /** The chunk of a slice from a number on; one without candidates if there is none. */
    PurgeRange from(SliceClaim claim, int next) {
        return handle.createQuery(
                        "SELECT number, accounts, cardinality(copies) AS candidates,"
                                + " number = (SELECT max(l.number) FROM purge_chunk l WHERE l.run_id = :run AND l.slice = :slice)"
                                + " AS last FROM purge_chunk WHERE run_id = :run AND slice = :slice AND number >= :next ORDER BY number LIMIT 1")
                .bind("run", claim.runId())
                .bind("slice", claim.slice())
                .bind("next", next)
                .map((row, context) -> range(row, claim, next))
                .findOne()
                .orElseGet(() -> new PurgeRange(claim, next, next, List.of(), 0, true));
    }

    private static PurgeRange range(ResultSet row, SliceClaim claim, int next) throws SQLException {
        List<Long> accounts = List.of((Long[]) row.getArray("accounts").getArray());
        return new PurgeRange(
                claim, next, row.getInt("number"), accounts, row.getInt("candidates"), row.getBoolean("last"));
    }

    /** Takes what was purged out of a chunk; what is there still stays for another turn. */
    void done(PurgeRange range, int purged) {
        boolean left = purged < range.candidates() && update(REMAINING, range) == 1;
        if (!left) {
            update("DELETE FROM purge_chunk WHERE run_id = :run AND slice = :slice AND number = :chunk", range);
        }
    }

    private int update(String sql, PurgeRange range) {
        return handle.createUpdate(sql)
                .bind("run", range.claim().runId())
                .bind("slice", range.claim().slice())
                .bind("chunk", range.chunk())
                .execute();
    }

    /** Forgets the chunks of a run, after what is left of them was listed or is of no use. */
    void clear(long runId) {
        handle.createUpdate("DELETE FROM purge_chunk WHERE run_id = :run")
                .bind("run", runId)
                .execute();
    }
}
