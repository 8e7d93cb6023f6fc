package org.holdfast.command;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.holdfast.mailbox.MailboxRows;
import org.holdfast.message.FlagChange;
import org.holdfast.message.Flags;
import org.jdbi.v3.core.Handle;

/**
 * The flags that a copy shows while changes are under way: what was last agreed with the server, and over it
 * the changes in their order.
 */
public final class ShownFlags {

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public ShownFlags(Handle handle) {
        this.handle = handle;
    }

    /** As {@link #lock}, its mailbox before it: for whoever then makes that due. */
    public Optional<Located> lockWithMailbox(long copyId) {
        handle.createQuery("SELECT mailbox_id FROM mail_copy WHERE id = :copy")
                .bind("copy", copyId)
                .mapTo(Long.class)
                .findOne()
                .ifPresent(new MailboxRows(handle)::lock);
        return lock(copyId);
    }

    /** A copy under a lock that a pull of its folder waits for; empty if it is not there any more. */
    public Optional<Located> lock(long copyId) {
        handle.createQuery("SELECT f.id FROM folder f WHERE f.id = (SELECT folder_id FROM mail_copy WHERE id = :copy)"
                        + " FOR SHARE")
                .bind("copy", copyId)
                .mapTo(Long.class)
                .findFirst();
        return handle.createQuery("SELECT c.*, f.special_use FROM mail_copy c JOIN folder f ON f.id = c.folder_id"
                        + " WHERE c.id = :copy FOR UPDATE OF c")
                .bind("copy", copyId)
                .map((row, context) -> Located.read(row))
                .findOne();
    }

    /** Shows a change of a locked copy before the server knows of it. */
    public void change(Located copy, FlagChange change) {
        handle.createUpdate("INSERT INTO agreed_flags (copy_id, flags, keywords) VALUES (:copy, :flags, :keywords)"
                        + " ON CONFLICT (copy_id) DO NOTHING")
                .bind("copy", copy.copyId())
                .bind("flags", copy.flags().bits())
                .bindArray("keywords", String.class, copy.flags().keywords().toArray())
                .execute();
        show(copy.copyId(), change.applyTo(copy.flags()));
    }

    /** What a copy keeps here alone gives way to a newer change of the same flags. */
    public void supersede(long copyId, FlagChange change) {
        int bits = change.addBits() | change.removeBits();
        List<String> words = new java.util.ArrayList<>(change.addKeywords());
        words.addAll(change.removeKeywords());
        handle.createUpdate("UPDATE user_command SET add_flags = add_flags & ~CAST(:bits AS smallint),"
                        + " remove_flags = remove_flags & ~CAST(:bits AS smallint),"
                        + " add_keywords = ARRAY(SELECT unnest(add_keywords) EXCEPT SELECT unnest(CAST(:words AS text[]))),"
                        + " remove_keywords = ARRAY(SELECT unnest(remove_keywords)"
                        + " EXCEPT SELECT unnest(CAST(:words AS text[]))) WHERE copy_id = :copy AND kept_here")
                .bind("copy", copyId)
                .bind("bits", bits)
                .bindArray("words", String.class, words.toArray())
                .execute();
        handle.createUpdate("UPDATE user_command SET kept_here = false WHERE copy_id = :copy AND kept_here"
                        + " AND add_flags = 0 AND remove_flags = 0 AND cardinality(add_keywords) = 0"
                        + " AND cardinality(remove_keywords) = 0")
                .bind("copy", copyId)
                .execute();
    }

    /**
     * After a change ended: shows what is agreed now and what is still under way.
     *
     * @param server flags as the server has just said them; null: as they were last agreed
     */
    public void settle(long copyId, Flags server) {
        Optional<Located> copy = lock(copyId);
        Optional<Flags> agreed = server != null ? Optional.of(server) : agreed(copyId);
        List<FlagChange> open = open(copyId);
        if (copy.isEmpty() || agreed.isEmpty() || open.isEmpty()) {
            handle.createUpdate("DELETE FROM agreed_flags WHERE copy_id = :copy")
                    .bind("copy", copyId)
                    .execute();
        } else {
            handle.createUpdate("UPDATE agreed_flags SET flags = :flags, keywords = :keywords WHERE copy_id = :copy")
                    .bind("copy", copyId)
                    .bind("flags", agreed.get().bits())
                    .bindArray("keywords", String.class, agreed.get().keywords().toArray())
                    .execute();
        }
        if (copy.isPresent() && agreed.isPresent()) {
            Flags shown = agreed.get();
            for (FlagChange change : open) {
                shown = change.applyTo(shown);
            }
            show(copyId, shown);
        }
    }

    private Optional<Flags> agreed(long copyId) {
        return handle.createQuery("SELECT flags, keywords FROM agreed_flags WHERE copy_id = :copy")
                .bind("copy", copyId)
                .map((row, context) -> new Flags(row.getInt("flags"), PendingCommands.words(row, "keywords")))
                .findOne();
    }

    private List<FlagChange> open(long copyId) {
        return handle.createQuery("SELECT * FROM user_command WHERE copy_id = :copy AND kind = 'FLAGS'"
                        + " AND (state IN ('QUEUED', 'RUNNING') OR kept_here) ORDER BY id")
                .bind("copy", copyId)
                .map((row, context) -> PendingCommands.change(row))
                .list();
    }

    private void show(long copyId, Flags flags) {
        handle.createUpdate("UPDATE mail_copy SET flags = :flags, keywords = :keywords WHERE id = :copy"
                        + " AND (flags <> :flags OR coalesce(keywords, '{}') <> CAST(:keywords AS text[]))")
                .bind("copy", copyId)
                .bind("flags", flags.bits())
                .bindArray("keywords", String.class, flags.keywords().toArray())
                .execute();
    }

    /**
     * Where a copy and its original are now.
     *
     * @param specialUse of its folder; null without
     * @param gone whether the original was found gone
     */
    public record Located(
            long copyId,
            long accountId,
            long mailboxId,
            long folderId,
            String specialUse,
            long uidValidity,
            long uid,
            Flags flags,
            boolean bound,
            boolean gone) {

        private static Located read(ResultSet row) throws SQLException {
            return new Located(
                    row.getLong("id"),
                    row.getLong("account_id"),
                    row.getLong("mailbox_id"),
                    row.getLong("folder_id"),
                    row.getString("special_use"),
                    row.getLong("uid_validity"),
                    row.getLong("uid"),
                    new Flags(row.getInt("flags"), PendingCommands.words(row, "keywords")),
                    row.getInt("bind_count") > 0,
                    row.getTimestamp("original_gone_at") != null);
        }
    }
}
