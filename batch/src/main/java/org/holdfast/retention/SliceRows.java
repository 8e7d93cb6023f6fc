package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.holdfast.ledger.LedgerHash;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The slices of a run: cut once, claimed by lease and token, moved only by who holds the token. */
final class SliceRows {

    /** How long a claim holds without a sign of life; by the database's clock. */
    static final Duration LEASE = Duration.ofSeconds(30);

    /** Slices for each worker slot, so that slots end at about the same time. */
    private static final int SLICES_PER_SLOT = 8;

    /** Chunks of a slice at most, so that a dead worker's slice is no large part of the run. */
    private static final int CHUNKS_PER_SLICE = 50;

    private static final String COUNT = "INSERT INTO purge_slice_terms AS t (run_id, slice, terms_id, copies, bytes)"
            + " VALUES (:run, :slice, :terms, :copies, :bytes) ON CONFLICT (run_id, slice, terms_id) DO UPDATE"
            + " SET copies = t.copies + excluded.copies, bytes = t.bytes + excluded.bytes";

    private static final String CLAIM = "UPDATE purge_slice SET lease_owner = :owner, lease_token = lease_token + 1,"
            + " lease_until = clock_timestamp() + :lease * interval '1 millisecond'"
            + " WHERE (run_id, number) = (SELECT s.run_id, s.number FROM purge_slice s"
            + " JOIN purge_run r ON r.id = s.run_id WHERE s.run_id = :run AND r.executions = :execution"
            + " AND r.status = 'RUNNING' AND NOT s.done"
            + " AND (s.lease_until IS NULL OR s.lease_until < clock_timestamp())"
            + " ORDER BY s.number LIMIT 1 FOR UPDATE OF s SKIP LOCKED)"
            + " RETURNING run_id, number, lease_token";

    private final Handle handle;

    SliceRows(Handle handle) {
        this.handle = handle;
    }

    /** Cuts what {@link DueCounts} listed into ranges of ids with about as many due copies each. */
    void cut(PurgeOrder order, PurgeRun.Due due, LedgerHash head) {
        long each = PurgeChunks.chunksPerSlice(
                due.copies(), order, order.workerSlots() * SLICES_PER_SLOT, CHUNKS_PER_SLICE);
        new PurgeChunks(handle).cut(order, head, 1, each, Optional.empty());
        handle.createUpdate("UPDATE purge_run SET due_copies = :copies, due_bytes = :bytes WHERE id = :run")
                .bind("copies", due.copies())
                .bind("bytes", due.bytes())
                .bind("run", order.runId())
                .execute();
    }

    /** A slice that nobody works on, or whose worker gave no sign of life for the time of a lease. */
    Optional<SliceClaim> claim(long runId, int execution, String owner) {
        return handle.createQuery(CLAIM)
                .bind("run", runId)
                .bind("execution", execution)
                .bind("owner", owner)
                .bind("lease", LEASE.toMillis())
                .map((row, context) ->
                        new SliceClaim(row.getLong("run_id"), row.getInt("number"), row.getLong("lease_token")))
                .findOne();
    }

    /** Keeps a claim for the time of a lease, while its worker rests. */
    void renew(SliceClaim claim) {
        handle.createUpdate("UPDATE purge_slice SET lease_until = clock_timestamp() + :lease * interval '1 millisecond'"
                        + " WHERE (run_id, number) = (SELECT run_id, number FROM purge_slice WHERE run_id = :run"
                        + " AND number = :slice AND lease_token = :token AND NOT done FOR UPDATE SKIP LOCKED)")
                .bind("lease", LEASE.toMillis())
                .bind("run", claim.runId())
                .bind("slice", claim.slice())
                .bind("token", claim.token())
                .execute();
    }

    /** Whether the run goes on under this execution and a slice is not done. */
    boolean isWorkLeft(long runId, int execution) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM purge_slice s JOIN purge_run r ON r.id = s.run_id"
                        + " WHERE r.id = :run AND r.executions = :execution AND r.status = 'RUNNING' AND NOT s.done)")
                .bind("run", runId)
                .bind("execution", execution)
                .mapTo(Boolean.class)
                .one();
    }

    /** Where a claimed slice stands; empty if the claim, the execution or the slice came to an end. */
    Optional<Position> position(SliceClaim claim, int execution) {
        return handle.createQuery("SELECT s.* FROM purge_slice s JOIN purge_run r ON r.id = s.run_id"
                        + " WHERE s.run_id = :run AND s.number = :slice AND s.lease_token = :token AND NOT s.done"
                        + " AND r.executions = :execution AND r.status = 'RUNNING'")
                .bind("run", claim.runId())
                .bind("slice", claim.slice())
                .bind("token", claim.token())
                .bind("execution", execution)
                .map((row, context) -> position(row))
                .findOne();
    }

    /**
     * Locks the slice for the rest of the transaction and renews the lease.
     *
     * @return where it stands; empty if the claim was lost, or this chunk is already behind its place: then
     *     nothing may be purged under it
     */
    Optional<Position> fence(PurgeRange range) {
        return handle.createQuery("UPDATE purge_slice SET"
                        + " lease_until = clock_timestamp() + :lease * interval '1 millisecond'"
                        + " WHERE run_id = :run AND number = :slice AND lease_token = :token AND NOT done"
                        + " AND next_chunk = :next RETURNING *")
                .bind("lease", LEASE.toMillis())
                .bind("run", range.claim().runId())
                .bind("slice", range.claim().slice())
                .bind("token", range.claim().token())
                .bind("next", range.next())
                .map((row, context) -> position(row))
                .findOne();
    }

    /** Moves the slice, in the transaction that {@link #fence(PurgeRange) fenced} it. */
    void move(SliceClaim claim, Position to) {
        handle.createUpdate(
                        "UPDATE purge_slice SET next_chunk = :next, sweep = :sweep, done = :done, purged_copies = :copies,"
                                + " purged_bytes = :bytes, skipped_copies = :skipped, entries = :entries, head = :head"
                                + " WHERE run_id = :run AND number = :slice")
                .bind("next", to.nextChunk())
                .bind("sweep", to.sweep())
                .bind("done", to.done())
                .bind("copies", to.copies())
                .bind("bytes", to.bytes())
                .bind("skipped", to.skipped())
                .bind("entries", to.entries())
                .bind("head", to.head().bytes())
                .bind("run", claim.runId())
                .bind("slice", claim.slice())
                .execute();
    }

    /** Adds to what the slice removed by each terms: copies and bytes by terms id. */
    void count(SliceClaim claim, Map<Long, long[]> byTerms) {
        PreparedBatch batch = handle.prepareBatch(COUNT);
        byTerms.forEach((terms, sums) -> batch.bind("run", claim.runId())
                .bind("slice", claim.slice())
                .bind("terms", terms)
                .bind("copies", sums[0])
                .bind("bytes", sums[1])
                .add());
        batch.execute();
    }

    /** Takes every unfinished slice from whoever holds it; their chunks in hand commit first or are fenced off. */
    void release(long runId) {
        handle.createUpdate("UPDATE purge_slice SET lease_owner = NULL, lease_until = NULL,"
                        + " lease_token = lease_token + 1 WHERE run_id = :run AND NOT done")
                .bind("run", runId)
                .execute();
    }

    /** Where a slice stands. */
    record Position(
            int nextChunk,
            int sweep,
            boolean done,
            long copies,
            long bytes,
            long skipped,
            int entries,
            LedgerHash head) {

        /** After a chunk that purged nothing of its candidates. */
        Position passed(PurgeRange range) {
            return new Position(
                    range.chunk() + 1, sweep, done, copies, bytes, skipped + range.candidates(), entries, head);
        }

        /** The same with what an entry names counted as purged. */
        Position with(org.holdfast.ledger.LedgerEntry entry) {
            var sums = entry.pack().summary();
            return new Position(
                    nextChunk,
                    sweep,
                    done,
                    copies + sums.copies(),
                    bytes + sums.bytes(),
                    Math.max(0, skipped - sums.copies()),
                    entries + 1,
                    entry.hash());
        }

        /** The same at the end of a sweep: once more from the start for what was skipped, or done. */
        Position swept() {
            boolean again = sweep == 1 && skipped > 0;
            return new Position(
                    again ? 1 : nextChunk,
                    again ? 2 : sweep,
                    !again,
                    copies,
                    bytes,
                    again ? 0 : skipped,
                    entries,
                    head);
        }
    }

    private static Position position(ResultSet row) throws SQLException {
        return new Position(
                row.getInt("next_chunk"),
                row.getInt("sweep"),
                row.getBoolean("done"),
                row.getLong("purged_copies"),
                row.getLong("purged_bytes"),
                row.getLong("skipped_copies"),
                row.getInt("entries"),
                LedgerHash.of(row.getBytes("head")));
    }
}
