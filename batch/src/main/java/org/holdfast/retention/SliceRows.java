package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
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

    /** Chunks of a slice at most: each chunk looks over the plans of the slice's remaining accounts. */
    private static final int CHUNKS_PER_SLICE = 50;

    private static final String CUT = "WITH due AS (SELECT account_id, sum(copies) AS copies, sum(bytes) AS bytes"
            + " FROM " + DueCounts.TABLE + " GROUP BY account_id),"
            + " placed AS (SELECT account_id, copies, bytes, (sum(copies) OVER (ORDER BY account_id) - copies)"
            + " / greatest(:least, least(:most, sum(copies) OVER () / :slices)) AS place FROM due)"
            + " SELECT row_number() OVER (ORDER BY min(account_id)) AS number, min(account_id) AS first_account,"
            + " max(account_id) AS last_account, sum(copies) AS copies, sum(bytes) AS bytes FROM placed GROUP BY floor(place)";

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

    /** Cuts what {@link DueCounts} counted into account ranges of about as many due copies each. */
    void cut(PurgeOrder order, LedgerHash head) {
        List<Cut> cuts = handle.createQuery(CUT)
                .bind("least", order.chunkSize())
                .bind("most", (long) order.chunkSize() * CHUNKS_PER_SLICE)
                .bind("slices", order.workerSlots() * SLICES_PER_SLOT)
                .map((row, context) -> new Cut(
                        row.getInt("number"),
                        row.getLong("first_account"),
                        row.getLong("last_account"),
                        row.getLong("copies"),
                        row.getLong("bytes")))
                .list();
        insert(order.runId(), cuts, head);
        handle.createUpdate("UPDATE purge_run SET due_copies = :copies, due_bytes = :bytes WHERE id = :run")
                .bind("copies", cuts.stream().mapToLong(Cut::copies).sum())
                .bind("bytes", cuts.stream().mapToLong(Cut::bytes).sum())
                .bind("run", order.runId())
                .execute();
    }

    private record Cut(int number, long firstAccount, long lastAccount, long copies, long bytes) {}

    private void insert(long runId, List<Cut> cuts, LedgerHash head) {
        PreparedBatch batch = handle.prepareBatch("INSERT INTO purge_slice (run_id, number, first_account,"
                + " last_account, due_copies, cursor_account, head) VALUES (?, ?, ?, ?, ?, ?, ?)");
        cuts.forEach(cut -> batch.add(
                runId,
                cut.number(),
                cut.firstAccount(),
                cut.lastAccount(),
                cut.copies(),
                cut.firstAccount() - 1,
                head.bytes()));
        if (!cuts.isEmpty()) {
            batch.execute();
        }
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
     * @return where it stands; empty if the claim was lost, or this range is already behind the cursor: then
     *     nothing may be purged under it
     */
    Optional<Position> fence(PurgeRange range) {
        return handle.createQuery("UPDATE purge_slice SET"
                        + " lease_until = clock_timestamp() + :lease * interval '1 millisecond'"
                        + " WHERE run_id = :run AND number = :slice AND lease_token = :token AND NOT done"
                        + " AND (cursor_account, cursor_clock, cursor_id) = (:account, :clock, :copy) RETURNING *")
                .bind("lease", LEASE.toMillis())
                .bind("run", range.claim().runId())
                .bind("slice", range.claim().slice())
                .bind("token", range.claim().token())
                .bind("account", range.after().accountId())
                .bind("clock", range.after().clock())
                .bind("copy", range.after().copyId())
                .map((row, context) -> position(row))
                .findOne();
    }

    /** Moves the slice, in the transaction that {@link #fence(PurgeRange) fenced} it. */
    void move(SliceClaim claim, Position to) {
        handle.createUpdate("UPDATE purge_slice SET cursor_account = :account, cursor_clock = :clock,"
                        + " cursor_id = :copy, sweep = :sweep, done = :done, purged_copies = :copies,"
                        + " purged_bytes = :bytes, skipped_copies = :skipped, entries = :entries, head = :head"
                        + " WHERE run_id = :run AND number = :slice")
                .bind("account", to.cursor().accountId())
                .bind("clock", to.cursor().clock())
                .bind("copy", to.cursor().copyId())
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

    /** Takes every unfinished slice from whoever holds it; their chunks in hand commit first or are fenced off. */
    void release(long runId) {
        handle.createUpdate("UPDATE purge_slice SET lease_owner = NULL, lease_until = NULL,"
                        + " lease_token = lease_token + 1 WHERE run_id = :run AND NOT done")
                .bind("run", runId)
                .execute();
    }

    /** Where a slice stands. */
    record Position(
            long firstAccount,
            long lastAccount,
            CopyKey cursor,
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
                    firstAccount,
                    lastAccount,
                    range.upTo(),
                    sweep,
                    done,
                    copies,
                    bytes,
                    skipped + range.candidates(),
                    entries,
                    head);
        }

        /** The same with what an entry names counted as purged. */
        Position with(org.holdfast.ledger.LedgerEntry entry) {
            var sums = entry.pack().summary();
            return new Position(
                    firstAccount,
                    lastAccount,
                    cursor,
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
                    firstAccount,
                    lastAccount,
                    again ? CopyKey.before(firstAccount) : cursor,
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
                row.getLong("first_account"),
                row.getLong("last_account"),
                new CopyKey(
                        row.getLong("cursor_account"),
                        row.getObject("cursor_clock", OffsetDateTime.class).toInstant(),
                        row.getLong("cursor_id")),
                row.getInt("sweep"),
                row.getBoolean("done"),
                row.getLong("purged_copies"),
                row.getLong("purged_bytes"),
                row.getLong("skipped_copies"),
                row.getInt("entries"),
                LedgerHash.of(row.getBytes("head")));
    }
}
