package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.holdfast.event.CopyEvents;
import org.holdfast.ledger.LedgerEntry;
import org.holdfast.ledger.LedgerPack;
import org.holdfast.ledger.LedgerRows;
import org.holdfast.ledger.PurgedCopy;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Finds the next range of a slice, and purges one. Both work inside the transaction of their handle,
 * READ COMMITTED; each statement sees what was committed before it began, and the order of the
 * statements in {@link #purge} relies on that.
 */
final class RangePurge {

    /**
     * Accounts come in order, and the lateral part reads each in index order and no further than a chunk, so
     * that the sort ends with the account in which the chunk is full (OFFSET 0 keeps the order known to the
     * planner). The cursor bounds the accounts too, else each chunk would read the slice from its start.
     */
    private static final String NEXT = "SELECT count(*) AS candidates, array_agg(DISTINCT account_id) AS accounts,"
            + " (array_agg(account_id ORDER BY account_id DESC, clock DESC, id DESC))[1] AS last_account,"
            + " (array_agg(clock ORDER BY account_id DESC, clock DESC, id DESC))[1] AS last_clock,"
            + " (array_agg(id ORDER BY account_id DESC, clock DESC, id DESC))[1] AS last_id"
            + " FROM (SELECT e.account_id, c.clock, c.id FROM (SELECT * FROM " + DueRuleSql.ENTITLEMENT
            + " WHERE e.account_id BETWEEN :firstAccount AND :lastAccount ORDER BY e.account_id OFFSET 0) e"
            + " JOIN account a ON a.id = e.account_id"
            + " CROSS JOIN LATERAL (SELECT c.clock, c.id, c.mailbox_id FROM mail_copy c"
            + " JOIN mailbox m ON m.id = c.mailbox_id WHERE c.account_id = e.account_id AND " + DueRuleSql.DUE
            + " AND (c.account_id, c.clock, c.id) > (:afterAccount, :afterClock, :afterCopy)"
            + "<within> ORDER BY c.account_id, c.clock, c.id LIMIT <chunk>) c"
            + " ORDER BY e.account_id, c.clock, c.id LIMIT <chunk>) k";

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
     * <p>Account by account, so that each reads one stretch of the index and a few rows of mailboxes.
     */
    private static final String PURGE = "WITH e AS MATERIALIZED (SELECT e.*, a.hold_count, a.keep_until FROM "
            + DueRuleSql.ENTITLEMENT + " JOIN account a ON a.id = e.account_id"
            + " JOIN entitlement(:now, 'infinity') n ON n.account_id = e.account_id"
            + " WHERE e.account_id = ANY(:accounts) AND CAST(:asOf AS timestamptz) - e.unbound_days * interval '24 hours'"
            + " <= CAST(:now AS timestamptz) - n.unbound_days * interval '24 hours'),"
            + " due AS MATERIALIZED (SELECT d.place, e.terms_id FROM e CROSS JOIN LATERAL (SELECT c.ctid AS place"
            + " FROM mail_copy c JOIN mailbox m ON m.account_id = e.account_id AND m.id = c.mailbox_id"
            + " CROSS JOIN (SELECT e.hold_count, e.keep_until) a"
            + " WHERE c.account_id = e.account_id AND " + DueRuleSql.DUE
            + " AND (c.account_id, c.clock, c.id) > (:afterAccount, :afterClock, :afterCopy)"
            + " AND (c.account_id, c.clock, c.id) <= (:toAccount, :toClock, :toCopy)<within>"
            + " FOR UPDATE OF c SKIP LOCKED) d LIMIT <most>),"
            + " gone AS (DELETE FROM mail_copy d USING due WHERE d.ctid = due.place AND d.bind_count = 0"
            + " RETURNING d.id, d.account_id, d.mailbox_id, d.folder_id, d.uid_validity, d.uid, d.clock, d.received_at,"
            + " d.copied_at, d.size_bytes, d.content_sha256, due.terms_id),"
            // An upgrade that no pass has seen the downgrade before would not look below the watermark.
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

    RangePurge(Handle handle, PurgeOrder order) {
        this.handle = handle;
        this.order = order;
        this.slices = new SliceRows(handle);
    }

    /**
     * The next range of a claimed slice; one without candidates ends the sweep.
     *
     * @return empty if the claim, the execution or the slice came to an end
     */
    Optional<PurgeRange> next(SliceClaim claim, int execution) {
        return slices.position(claim, execution).map(position -> next(claim, position));
    }

    private PurgeRange next(SliceClaim claim, SliceRows.Position position) {
        CopyKey after = position.cursor();
        return statement(handle.createQuery(sql(NEXT)), after)
                .bind("firstAccount", Math.max(position.firstAccount(), after.accountId()))
                .bind("lastAccount", position.lastAccount())
                .map((row, context) -> range(row, claim, after))
                .one();
    }

    /**
     * Purges what is due in a range: fence, account locks, delete, ledger entry, event for those who want it,
     * progress.
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
            CopyEvents.gone(handle, named(purged), CopyEvents.Reason.PURGED);
            position = position.with(entry);
        }
        slices.move(range.claim(), range.last() ? position.swept() : position);
        return true;
    }

    /**
     * The accounts are locked by a statement of their own: the delete's snapshot is taken after it, and so
     * sees every plan change and hold that was committed before the lock was granted; later ones wait.
     */
    private List<PurgedCopy> delete(PurgeRange range, Instant now) {
        List<Long> locked = handle.createQuery(LOCK_ACCOUNTS)
                .bind("accounts", ids(range.accounts()))
                .mapTo(Long.class)
                .list();
        if (locked.isEmpty()) {
            return List.of();
        }
        return statement(handle.createQuery(sql(PURGE)), range.after())
                .bind("accounts", ids(locked))
                .bind("toAccount", range.upTo().accountId())
                .bind("toClock", range.upTo().clock())
                .bind("toCopy", range.upTo().copyId())
                .bind("run", order.runId())
                .bind("now", now)
                .map((row, context) -> purged(row))
                .list();
    }

    private String sql(String template) {
        return template.replace("<within>", DueRuleSql.within(order.scope()))
                .replace("<chunk>", Integer.toString(order.chunkSize()))
                .replace("<most>", Integer.toString(2 * order.chunkSize()));
    }

    private <S extends SqlStatement<S>> S statement(S statement, CopyKey after) {
        return DueRuleSql.bindScope(statement, order.scope())
                .bind("asOf", order.asOf())
                .bind("afterAccount", after.accountId())
                .bind("afterClock", after.clock())
                .bind("afterCopy", after.copyId());
    }

    private static List<CopyEvents.Named> named(List<PurgedCopy> purged) {
        return purged.stream()
                .map(copy -> new CopyEvents.Named(copy.accountId(), copy.mailboxId(), copy.copyId()))
                .toList();
    }

    private static Long[] ids(List<Long> ids) {
        return ids.toArray(Long[]::new);
    }

    private PurgeRange range(ResultSet row, SliceClaim claim, CopyKey after) throws SQLException {
        int candidates = row.getInt("candidates");
        if (candidates == 0) {
            return new PurgeRange(claim, after, after, List.of(), 0, true);
        }
        CopyKey upTo = new CopyKey(
                row.getLong("last_account"),
                row.getObject("last_clock", OffsetDateTime.class).toInstant(),
                row.getLong("last_id"));
        List<Long> accounts = List.of((Long[]) row.getArray("accounts").getArray());
        return new PurgeRange(claim, after, upTo, accounts, candidates, candidates < order.chunkSize());
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
