package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Legal holds in the database. Placing and releasing update the account's own row, on which a purge takes
 * a shared lock before it looks: an acknowledged hold is seen by whatever is purged after it.
 */
public final class HoldRepository {

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
     * Places a hold.
     *
     * @param mailboxId null: the whole account
     * @throws IllegalStateException if the account or mailbox is not there
     */
    public Hold place(long accountId, Long mailboxId, String name, Hold.Step placed) {
        count(accountId, mailboxId, 1, null);
        return handle.createQuery("INSERT INTO legal_hold (account_id, mailbox_id, name, reason, placed_by, placed_at)"
                        + " VALUES (:account, :mailbox, :name, :reason, :by, :at) RETURNING *")
                .bind("account", accountId)
                .bind("mailbox", mailboxId)
                .bind("name", name)
                .bind("reason", placed.reason())
                .bind("by", placed.by())
                .bind("at", placed.at())
                .map((row, context) -> read(row))
                .one();
    }

    /**
     * Ends a hold that is in force.
     *
     * @param keepUntil end of the release grace, should it have been the last hold of its account or mailbox
     * @return whether it was in force
     */
    public boolean release(Hold hold, Hold.Step released, Instant keepUntil) {
        int ended = handle.createUpdate("UPDATE legal_hold SET released_by = :by, released_at = :at,"
                        + " release_reason = :reason WHERE id = :id AND released_at IS NULL")
                .bind("by", released.by())
                .bind("at", released.at())
                .bind("reason", released.reason())
                .bind("id", hold.id())
                .execute();
        if (ended == 1) {
            count(hold.accountId(), hold.mailboxId().orElse(null), -1, keepUntil);
        }
        return ended == 1;
    }

    public Optional<Hold> find(long id) {
        return handle.createQuery("SELECT * FROM legal_hold WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne();
    }

    /**
     * Holds, newest first.
     *
     * @param accountId of this account only; null: of all
     * @param beforeId the last id of the page before; null for the first page
     */
    public List<Hold> page(Long accountId, Long beforeId, int limit) {
        return handle.createQuery("SELECT * FROM legal_hold"
                        + " WHERE (CAST(:account AS bigint) IS NULL OR account_id = :account)"
                        + " AND (CAST(:before AS bigint) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit")
                .bind("account", accountId)
                .bind("before", beforeId)
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list();
    }

    private void count(long accountId, Long mailboxId, int change, Instant keepUntil) {
        int account = handle.createUpdate("UPDATE account SET policy_version = policy_version + 1,"
                        + " hold_count = hold_count + :change,"
                        + " keep_until = CASE WHEN hold_count + :change = 0"
                        + " THEN greatest(keep_until, :keepUntil) ELSE keep_until END WHERE id = :account")
                .bind("change", mailboxId == null ? change : 0)
                .bind("keepUntil", mailboxId == null ? keepUntil : null)
                .bind("account", accountId)
                .execute();
        int mailbox = mailboxId == null
                ? 1
                : handle.createUpdate("UPDATE mailbox SET hold_count = hold_count + :change,"
                                + " keep_until = CASE WHEN hold_count + :change = 0"
                                + " THEN greatest(keep_until, :keepUntil) ELSE keep_until END WHERE id = :mailbox")
                        .bind("change", change)
                        .bind("keepUntil", keepUntil)
                        .bind("mailbox", mailboxId)
                        .execute();
        if (account + mailbox != 2) {
            throw new IllegalStateException("No account " + accountId + " with mailbox " + mailboxId);
        }
    }

    private static Hold read(ResultSet row) throws SQLException {
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
                row.getString("name"),
                row.getString("reason"),
                placed,
                Optional.ofNullable(released));
    }
}
