package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Legal holds in the database. Placing and releasing update the account's own row, on which a purge takes
 * a shared lock before it looks: an acknowledged hold is seen by whatever is purged after it. What a hold
 * by query counts on is {@link QueryHolds}'s.
 */
public final class HoldRepository {

    private static final String SELECT =
            "SELECT h.*, (SELECT count(*) FROM hold_copy k WHERE k.hold_id = h.id) AS held FROM legal_hold h";

    /** In lists holds are counted as far as this only: one hold may count on millions of copies. */
    static final int COUNTED_IN_LISTS = 10_000;

    private static final String LIST =
            "SELECT h.*, (SELECT count(*) FROM (SELECT FROM hold_copy k WHERE k.hold_id = h.id LIMIT "
                    + COUNTED_IN_LISTS + ") k) AS held FROM legal_hold h";

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public HoldRepository(Handle handle) {
        this.handle = handle;
    }

    /** Whether the mailbox is one of the account's. */
    public boolean hasMailbox(long accountId, long mailboxId) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM mailbox WHERE id = :mailbox AND account_id = :account)")
                .bind("mailbox", mailboxId)
                .bind("account", accountId)
                .mapTo(Boolean.class)
                .one();
    }

    /**
     * Places a hold. One on an account or mailbox is in force with the transaction; one by query from then on
     * counts on what arrives, and {@link QueryHolds} walks over what is there.
     *
     * @throws IllegalStateException if the account or mailbox is not there
     */
    public Hold place(NewHold hold, String by, Instant at) {
        boolean query = hold.query().isPresent();
        count(hold.accountId(), hold.mailboxId().orElse(null), query ? 0 : 1, null);
        if (query) {
            new QueryHolds(handle).lockArrivals(hold.accountId());
        }
        return handle.createQuery("INSERT INTO legal_hold (account_id, mailbox_id, by_query, sender, words, clock_from,"
                        + " clock_until, name, reason, ends_at, placed_by, placed_at, status, in_force_at, to_look_at)"
                        + " VALUES (:account, :mailbox, :query, :sender, :words, :from, :until, :name, :reason, :ends,"
                        + " :by, :at, :status, :inForce, 0) RETURNING *, 0 AS held")
                .bind("account", hold.accountId())
                .bind("mailbox", hold.mailboxId().orElse(null))
                .bind("query", query)
                .bind("sender", hold.query().flatMap(HoldQuery::sender).orElse(null))
                .bind("words", hold.query().flatMap(HoldQuery::words).orElse(null))
                .bind("from", hold.query().flatMap(HoldQuery::from).orElse(null))
                .bind("until", hold.query().flatMap(HoldQuery::until).orElse(null))
                .bind("name", hold.name().strip())
                .bind("reason", hold.reason().strip())
                .bind("ends", hold.endsAt().orElse(null))
                .bind("by", by)
                .bind("at", at)
                .bind("status", query ? Hold.Status.PLACING : Hold.Status.IN_FORCE)
                .bind("inForce", query ? null : at)
                .map((row, context) -> read(row))
                .one();
    }

    /**
     * Ends a hold that was not released before. One by query is then taken off its copies by
     * {@link QueryHolds}; copies that are being stored and count on it are waited for, so that it is taken off
     * them too.
     *
     * @param keepUntil end of the release grace of what only it kept
     * @return whether it was not released before
     */
    public boolean release(Hold hold, Hold.Step released, Instant keepUntil) {
        int ended = handle.createUpdate("UPDATE legal_hold SET released_by = :by, released_at = :at,"
                        + " release_reason = :reason, grace_until = :keepUntil, lease_until = NULL,"
                        + " lease_token = lease_token + 1,"
                        + " status = CASE WHEN by_query THEN 'RELEASING' ELSE 'RELEASED' END"
                        + " WHERE id = :id AND released_at IS NULL")
                .bind("by", released.by())
                .bind("at", released.at())
                .bind("reason", released.reason())
                .bind("keepUntil", keepUntil)
                .bind("id", hold.id())
                .execute();
        if (ended == 1) {
            int change = hold.query().isPresent() ? 0 : -1;
            count(hold.accountId(), hold.mailboxId().orElse(null), change, keepUntil);
            if (hold.query().isPresent()) {
                new QueryHolds(handle).lockArrivals(hold.accountId());
            }
        }
        return ended == 1;
    }

    public Optional<Hold> find(long id) {
        return handle.createQuery(SELECT + " WHERE h.id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne();
    }

    /** Holds whose end has come and that nobody released, oldest end first. Not counted: none held. */
    public List<Hold> ended(Instant now, int most) {
        return handle.createQuery(
                        "SELECT h.*, 0 AS held FROM legal_hold h WHERE released_at IS NULL AND ends_at <= :now"
                                + " ORDER BY ends_at LIMIT :most FOR NO KEY UPDATE OF h SKIP LOCKED")
                .bind("now", now)
                .bind("most", most)
                .map((row, context) -> read(row))
                .list();
    }

    /**
     * Holds, newest first. Copies that one counts on are counted up to 10,000, which then means that many or more.
     *
     * @param accountId of this account only; null: of all
     * @param beforeId the last id of the page before; null for the first page
     */
    public List<Hold> page(Long accountId, Long beforeId, int limit) {
        return handle.createQuery(LIST
                        + " WHERE (CAST(:account AS bigint) IS NULL OR account_id = :account)"
                        + " AND (CAST(:before AS bigint) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit")
                .bind("account", accountId)
                .bind("before", beforeId)
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list();
    }

    /** The holds that keep a copy now, on itself, its mailbox or its account, oldest first. */
    public List<Hold> keeping(long copyId) {
        return handle.createQuery(
                        "SELECT h.*, 0 AS held FROM mail_copy c JOIN legal_hold h ON h.account_id = c.account_id"
                                + " WHERE c.id = :copy AND ((NOT h.by_query AND h.released_at IS NULL"
                                + " AND (h.mailbox_id IS NULL OR h.mailbox_id = c.mailbox_id))"
                                + " OR EXISTS (SELECT FROM hold_copy k WHERE k.hold_id = h.id AND k.copy_id = c.id))"
                                + " ORDER BY h.id")
                .bind("copy", copyId)
                .map((row, context) -> read(row))
                .list();
    }

    /**
     * A hold by query counts on copies: change 0 only raises the account's version, under its lock. The mailbox
     * is locked before it, as passes do.
     */
    private void count(long accountId, Long mailboxId, int change, Instant keepUntil) {
        boolean all = mailboxId == null && change != 0;
        int mailbox = mailboxId == null || change == 0
                ? 1
                : handle.createUpdate("UPDATE mailbox SET hold_count = hold_count + :change,"
                                + " keep_until = CASE WHEN :change < 0 AND hold_count + :change = 0"
                                + " THEN greatest(keep_until, :keepUntil) ELSE keep_until END WHERE id = :mailbox")
                        .bind("change", change)
                        .bind("keepUntil", keepUntil)
                        .bind("mailbox", mailboxId)
                        .execute();
        int account = handle.createUpdate("UPDATE account SET policy_version = policy_version + 1,"
                        + " hold_count = hold_count + :change,"
                        + " keep_until = CASE WHEN :change < 0 AND hold_count + :change = 0"
                        + " THEN greatest(keep_until, :keepUntil) ELSE keep_until END WHERE id = :account")
                .bind("change", all ? change : 0)
                .bind("keepUntil", all ? keepUntil : null)
                .bind("account", accountId)
                .execute();
        if (account + mailbox != 2) {
            throw new IllegalStateException("No account " + accountId + " with mailbox " + mailboxId);
        }
    }

    static Hold read(ResultSet row) throws SQLException {
        Hold.Step placed = new Hold.Step(
                row.getString("placed_by"), row.getTimestamp("placed_at").toInstant(), row.getString("reason"));
        Hold.Step released = row.getTimestamp("released_at") == null
                ? null
                : new Hold.Step(
                        row.getString("released_by"),
                        row.getTimestamp("released_at").toInstant(),
                        row.getString("release_reason"));
        return new Hold(
                row.getLong("id"),
                row.getLong("account_id"),
                Optional.ofNullable(row.getObject("mailbox_id", Long.class)),
                query(row),
                row.getString("name"),
                row.getString("reason"),
                instant(row, "ends_at"),
                Hold.Status.valueOf(row.getString("status")),
                new Hold.Progress(row.getLong("looked_at"), row.getLong("to_look_at"), row.getLong("held")),
                placed,
                Optional.ofNullable(released));
    }

    private static Optional<HoldQuery> query(ResultSet row) throws SQLException {
        return row.getBoolean("by_query")
                ? Optional.of(new HoldQuery(
                        Optional.ofNullable(row.getString("sender")),
                        Optional.ofNullable(row.getString("words")),
                        instant(row, "clock_from"),
                        instant(row, "clock_until")))
                : Optional.empty();
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getTimestamp(column)).map(Timestamp::toInstant);
    }
}
