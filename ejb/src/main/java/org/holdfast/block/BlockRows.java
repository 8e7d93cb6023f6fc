package org.holdfast.block;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The rows of blocks. */
final class BlockRows {

    private static final String SELECT = "SELECT b.*, (SELECT count(*) FROM blocked_original o WHERE o.block_id = b.id)"
            + " AS originals FROM import_block b WHERE b.removed_at IS NULL";

    private final Handle handle;

    BlockRows(Handle handle) {
        this.handle = handle;
    }

    /** Empty if there is such a block. */
    Optional<Long> insert(ImportBlock block) {
        return handle.createQuery(
                        "INSERT INTO import_block (account_id, user_id, value, reason, created_by, created_at)"
                                + " VALUES (:account, :user, :value, :reason, :by, :at) ON CONFLICT DO NOTHING RETURNING id")
                .bind("account", block.accountId())
                .bind("user", block.userId().orElse(null))
                .bind("value", block.sender())
                .bind("reason", block.reason())
                .bind("by", block.createdBy())
                .bind("at", block.createdAt())
                .mapTo(Long.class)
                .findOne();
    }

    Optional<ImportBlock> find(long id) {
        return handle.createQuery(SELECT + " AND b.id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne();
    }

    /**
     * A page in the order of ids.
     *
     * @param user whose own ones are listed beside those of the whole account; null: everybody's
     */
    List<ImportBlock> page(long accountId, Long user, long afterId, int limit) {
        return handle.createQuery(SELECT + " AND b.account_id = :account AND b.id > :after"
                        + " AND (b.user_id IS NULL OR CAST(:user AS bigint) IS NULL OR b.user_id = :user)"
                        + " ORDER BY b.id LIMIT :limit")
                .bind("account", accountId)
                .bind("user", user)
                .bind("after", afterId)
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list();
    }

    /** Ends a block; what it keeps out is looked for in the next pass over each folder. */
    void remove(long id, Instant at) {
        handle.createUpdate("UPDATE import_block SET removed_at = :at WHERE id = :id AND removed_at IS NULL")
                .bind("id", id)
                .bind("at", at)
                .execute();
    }

    /** The blocks that count for a mailbox: those of its account and those of its owner. */
    static SenderBlocks of(Handle handle, long mailboxId) {
        return new SenderBlocks(handle.createQuery("SELECT b.value, min(b.id) AS id FROM mailbox m JOIN import_block b"
                        + " ON b.account_id = m.account_id AND (b.user_id IS NULL OR b.user_id = m.owner_id)"
                        + " WHERE m.id = :mailbox AND b.removed_at IS NULL GROUP BY b.value")
                .bind("mailbox", mailboxId)
                .reduceRows(new HashMap<>(), (found, row) -> {
                    found.put(row.getColumn("value", String.class), row.getColumn("id", Long.class));
                    return found;
                }));
    }

    private static ImportBlock read(ResultSet row) throws SQLException {
        Long user = row.getObject("user_id", Long.class);
        return new ImportBlock(
                row.getLong("id"),
                row.getLong("account_id"),
                Optional.ofNullable(user),
                row.getString("value"),
                row.getString("reason"),
                row.getString("created_by"),
                row.getTimestamp("created_at").toInstant(),
                row.getLong("originals"));
    }
}
