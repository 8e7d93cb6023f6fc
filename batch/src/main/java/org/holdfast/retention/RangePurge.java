package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.holdfast.ledger.LedgerEntry;
import org.holdfast.ledger.LedgerPack;
import org.holdfast.ledger.LedgerRows;
import org.holdfast.ledger.PurgedCopy;
import org.jdbi.v3.core.Handle;

/**
 * Finds the next chunk of a slice, and purges one. Both work inside the transaction of their handle,
 * READ COMMITTED; each statement sees what was committed before it began, and the order of the
 * statements in {@link #purge} relies on that.
 */
final class RangePurge {

    /** Up to so many accounts are locked one by one; with more, their plans and holds are held still by one lock. */
    private static final int FEW_ACCOUNTS = 16;

    private static final String LOCK_ACCOUNTS =
            "SELECT id FROM account WHERE id = ANY(:accounts) ORDER BY id FOR SHARE SKIP LOCKED";

    /**
     * Locks what is due at this very moment, skips what somebody else has locked, deletes it and leaves
     * tombstones where arithmetic does not keep an original from coming back. A row that changed since the
     * statement began is judged again in its new state before it is locked. Its content is released after the
     * commit, by {@link ContentSweep}.
     *
     * <p>Of the locked accounts only those whose plan today keeps no longer than the run's instant says. A run
     * may be older than an upgrade (it was stopped, or started as of the past): what it would remove beyond
     * today's cut-off has been promised again since, and waits for a later run.
     *
     * <p>Candidates are looked up by ascending id, which is how they lie.
     */
    private static final String PURGE = "WITH due AS MATERIALIZED (SELECT c.ctid AS place, e.terms_id"
            + " FROM (SELECT unnest(copies) AS id FROM purge_chunk WHERE run_id = :run AND slice = :slice"
            + " AND number = :chunk OFFSET 0) i JOIN mail_copy c ON c.id = i.id"
            + " JOIN purge_terms(:accounts, CAST(:asOf AS timestamptz), CAST(:now AS timestamptz)) e"
            + " ON e.account_id = c.account_id CROSS JOIN LATERAL (SELECT e.hold_count, e.keep_until) a"
            + " JOIN mailbox m ON m.id = c.mailbox_id WHERE " + DueRuleSql.DUE
            + "<within> FOR UPDATE OF c SKIP LOCKED),"
            + " gone AS (DELETE FROM mail_copy d USING due WHERE d.ctid = due.place AND d.bind_count = 0"
            + " RETURNING d.id, d.account_id, d.mailbox_id, d.folder_id, d.uid_validity, d.uid, d.clock, d.received_at,"
            + " d.copied_at, d.size_bytes, d.content_sha256, due.terms_id),"
            // An upgrade that no pass has seen the downgrade before would not look below the watermark. It was raised
            // when the run was planned; here it is where a pass has lowered it since.
            + " refill AS (UPDATE folder_state s SET filled_from = g.edge FROM (SELECT folder_id, max(clock) AS edge"
            + " FROM gone GROUP BY folder_id) g WHERE s.folder_id = g.folder_id"
            + " AND (s.filled_from IS NULL OR s.filled_from < g.edge)),"
            + " tombstones AS (INSERT INTO purged_original (folder_id, uid_validity, uid, content_sha256, run_id)"
            + " SELECT folder_id, uid_validity, uid, content_sha256, :run FROM gone"
            + " WHERE received_at IS NULL OR received_at > copied_at ON CONFLICT DO NOTHING)"
            + " SELECT id, account_id, mailbox_id, clock, size_bytes, content_sha256, terms_id FROM gone";

    private final Handle handle;
    private final PurgeOrder order;
    private final SliceRows slices;
    private final PurgeChunks chunks;

    RangePurge(Handle handle, PurgeOrder order) {
        this.handle = handle;
        this.order = order;
        this.slices = new SliceRows(handle);
        this.chunks = new PurgeChunks(handle);
    }

    /**
     * The next chunk of a claimed slice; one without candidates ends the sweep.
     *
     * @return empty if the claim, the execution or the slice came to an end
     */
    Optional<PurgeRange> next(SliceClaim claim, int execution) {
        return slices.position(claim, execution).map(position -> chunks.from(claim, position.nextChunk()));
    }

    /**
     * Purges what is due in a chunk: fence, account locks, delete, ledger entry, progress.
     *
     * @return whether the claim still held; if not, nothing was done
     */
    boolean purge(PurgeRange range, Instant now) {
        Optional<SliceRows.Position> fenced = slices.fence(range);
        if (fenced.isEmpty()) {
            return false;
        }
        SliceRows.Position position = fenced.get().passed(range);
        List<PurgedCopy> purged = range.candidates() == 0 ? List.of() : delete(range, now);
        if (!purged.isEmpty()) {
            LedgerEntry entry = LedgerEntry.next(
                    new LedgerEntry.Place(order.runId(), range.claim().slice(), position.entries() + 1),
                    now,
                    LedgerPack.of(purged),
                    position.head());
            new LedgerRows(handle).append(entry);
            position = position.with(entry);
            slices.count(range.claim(), byTerms(purged));
        }
        chunks.done(range, purged.size());
        slices.move(range.claim(), range.last() ? position.swept() : position);
        return true;
    }

    private static Map<Long, long[]> byTerms(List<PurgedCopy> purged) {
        return purged.stream()
                .collect(Collectors.toMap(PurgedCopy::termsId, copy -> new long[] {1, copy.sizeBytes()}, (one, other) ->
                        new long[] {one[0] + other[0], one[1] + other[1]}));
    }

    /**
     * The accounts are locked by a statement of their own: the delete's snapshot is taken after it, and so
     * sees every plan change and hold that was committed before the lock was granted; later ones wait.
     */
    private List<PurgedCopy> delete(PurgeRange range, Instant now) {
        List<Long> locked = locked(range.accounts());
        if (locked.isEmpty()) {
            return List.of();
        }
        String sql = PURGE.replace("<within>", DueRuleSql.within(order.scope()));
        return DueRuleSql.bindScope(handle.createQuery(sql), order.scope())
                .bind("run", order.runId())
                .bind("slice", range.claim().slice())
                .bind("chunk", range.chunk())
                .bind("accounts", locked.toArray(Long[]::new))
                .bind("asOf", order.asOf())
                .bind("now", now)
                .map((row, context) -> purged(row))
                .list();
    }

    /** The accounts whose plans and holds stay as they are until this transaction ends. */
    private List<Long> locked(List<Long> accounts) {
        boolean all = accounts.size() > FEW_ACCOUNTS
                && handle.createQuery("SELECT purge_lock_accounts()")
                        .mapTo(Boolean.class)
                        .one();
        return all
                ? accounts
                : handle.createQuery(LOCK_ACCOUNTS)
                        .bind("accounts", accounts.toArray(Long[]::new))
                        .mapTo(Long.class)
                        .list();
    }

    private static PurgedCopy purged(ResultSet row) throws SQLException {
        return new PurgedCopy(
                row.getLong("id"),
                row.getLong("account_id"),
                row.getLong("mailbox_id"),
                row.getObject("clock", OffsetDateTime.class).toInstant(),
                row.getLong("size_bytes"),
                HexFormat.of().formatHex(row.getBytes("content_sha256")),
                row.getLong("terms_id"));
    }
}
