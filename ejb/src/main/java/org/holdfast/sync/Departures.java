package org.holdfast.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.holdfast.event.CopyEvents;
import org.jdbi.v3.core.Handle;

/**
 * SQL around copies whose originals have left their folder: they wait until a later pass has seen every
 * folder, for a move is not a delete.
 */
final class Departures {

    /** After so long a copy follows its original even if a folder that never could be read was not seen. */
    private static final Duration PATIENCE = Duration.ofHours(24);

    private final Handle handle;
    private final long pass;
    private final Instant now;

    /**
     * As a pass sees them.
     *
     * @param pass the token of its lease, which rises from pass to pass
     */
    Departures(Handle handle, long pass, Instant now) {
        this.handle = handle;
        this.pass = pass;
        this.now = now;
    }

    /**
     * Notes copies whose originals are not in the folder any more.
     *
     * @param confirmed false while they are so many that a second look is waited for
     */
    void note(long folderId, UidValidity validity, Collection<Long> uids, boolean confirmed) {
        handle.createUpdate("INSERT INTO departed_copy (copy_id, mailbox_id, departed_at, confirmed, noted_in)"
                        + " SELECT id, mailbox_id, :now, :confirmed, :pass FROM mail_copy WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND uid = ANY (:uids) AND original_gone_at IS NULL"
                        + " ON CONFLICT (copy_id) DO UPDATE SET confirmed = excluded.confirmed"
                        + " WHERE departed_copy.confirmed <> excluded.confirmed")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("now", now)
                .bind("pass", pass)
                .bind("confirmed", confirmed)
                .bindArray("uids", Long.class, uids.toArray())
                .execute();
    }

    /** Copies of folders that are gone wait too; after some time they follow like any others. */
    void noteGoneFolders(long mailboxId) {
        handle.createUpdate("INSERT INTO departed_copy (copy_id, mailbox_id, departed_at, confirmed, noted_in)"
                        + " SELECT c.id, c.mailbox_id, :now, f.gone_at <= :patient, :pass FROM folder f JOIN mail_copy c"
                        + " ON c.folder_id = f.id WHERE f.mailbox_id = :mailbox AND f.gone_at IS NOT NULL"
                        + " AND c.original_gone_at IS NULL"
                        + " ON CONFLICT (copy_id) DO UPDATE SET confirmed = excluded.confirmed"
                        + " WHERE departed_copy.confirmed <> excluded.confirmed")
                .bind("mailbox", mailboxId)
                .bind("now", now)
                .bind("pass", pass)
                .bind("patient", now.minus(PATIENCE))
                .execute();
    }

    /** Originals that were found gone and are there. */
    void returned(KnownFolder folder, UidValidity validity, Collection<Long> uids) {
        if (uids.isEmpty()) {
            return;
        }
        List<Long> ids = handle.createQuery("SELECT id FROM mail_copy WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND uid = ANY (:uids) ORDER BY id FOR UPDATE")
                .bind("folder", folder.id())
                .bind("validity", validity.value())
                .bindArray("uids", Long.class, uids.toArray())
                .mapTo(Long.class)
                .list();
        settled(ids);
        handle.createUpdate(
                        "UPDATE mail_copy SET original_gone_at = NULL WHERE id = ANY (:ids) AND original_gone_at IS NOT NULL")
                .bindArray("ids", Long.class, ids.toArray())
                .execute();
    }

    /** Copies that have an original again. */
    void settled(Collection<Long> copyIds) {
        handle.createUpdate("DELETE FROM departed_copy WHERE copy_id IN (SELECT copy_id FROM departed_copy"
                        + " WHERE copy_id = ANY (:ids) ORDER BY copy_id FOR UPDATE)")
                .bindArray("ids", Long.class, copyIds.toArray())
                .execute();
    }

    /**
     * Those that found no other place, as far as they are sure; looks without writing. Whoever departed before
     * this pass began has had a whole look at the mailbox since; what departed during it may have arrived where
     * this pass had been already.
     */
    List<Long> lost(long mailboxId, Seen seen) {
        if (seen == Seen.NOT_ALL) {
            return List.of();
        }
        return handle.createQuery("SELECT copy_id FROM departed_copy WHERE mailbox_id = :mailbox AND confirmed"
                        + " AND noted_in < :pass AND departed_at <= :before ORDER BY copy_id")
                .bind("mailbox", mailboxId)
                .bind("pass", pass)
                .bind("before", seen == Seen.ALL ? now : now.minus(PATIENCE))
                .mapTo(Long.class)
                .list();
    }

    /** Whether this pass found originals gone that only the next one can be sure of. */
    boolean waiting(long mailboxId) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM departed_copy WHERE mailbox_id = :mailbox"
                        + " AND confirmed AND noted_in = :pass)")
                .bind("mailbox", mailboxId)
                .bind("pass", pass)
                .mapTo(Boolean.class)
                .one();
    }

    /** How much of a mailbox a pass saw. */
    enum Seen {
        /** Every folder. */
        ALL,
        /** Every folder but some that never could be read, so that no copy was ever seen there either. */
        ALL_READABLE,
        /** Not so: what is gone may lie where nobody could look. */
        NOT_ALL
    }

    /**
     * Lets copies follow their originals: unbound ones are removed with their content; bound, held or just
     * released ones stay and are marked.
     *
     * @return how many were removed
     */
    long follow(long mailboxId, Collection<Long> copyIds) {
        boolean held = handle.createQuery("SELECT a.hold_count + m.hold_count > 0"
                        + " OR coalesce(greatest(a.keep_until, m.keep_until) > :now, false)"
                        + " FROM mailbox m JOIN account a ON a.id = m.account_id WHERE m.id = :mailbox FOR SHARE")
                .bind("mailbox", mailboxId)
                .bind("now", now)
                .mapTo(Boolean.class)
                .one();
        CopyNumbers.lock(handle, copyIds);
        List<Long> removed = held ? List.of() : remove(copyIds);
        CopyEvents.gone(handle, named(mailboxId, removed), CopyEvents.Reason.ORIGINAL_GONE);
        handle.createUpdate("DELETE FROM mail_content WHERE copy_id = ANY (:ids)")
                .bindArray("ids", Long.class, removed.toArray())
                .execute();
        handle.createUpdate(
                        "UPDATE mail_copy SET original_gone_at = :now WHERE id = ANY (:ids) AND original_gone_at IS NULL")
                .bind("now", now)
                .bindArray("ids", Long.class, copyIds.toArray())
                .execute();
        handle.createUpdate("DELETE FROM departed_copy d WHERE d.mailbox_id = :mailbox AND (d.copy_id = ANY (:ids)"
                        + " OR NOT EXISTS (SELECT FROM mail_copy c WHERE c.id = d.copy_id))")
                .bind("mailbox", mailboxId)
                .bindArray("ids", Long.class, copyIds.toArray())
                .execute();
        return removed.size();
    }

    private List<CopyEvents.Named> named(long mailboxId, List<Long> ids) {
        long account = handle.createQuery("SELECT account_id FROM mailbox WHERE id = :mailbox")
                .bind("mailbox", mailboxId)
                .mapTo(Long.class)
                .one();
        return ids.stream()
                .map(id -> new CopyEvents.Named(account, mailboxId, id))
                .toList();
    }

    private List<Long> remove(Collection<Long> copyIds) {
        return handle.createQuery("DELETE FROM mail_copy WHERE id = ANY (:ids) AND bind_count = 0 AND hold_count = 0"
                        + " AND (keep_until IS NULL OR keep_until <= :now) RETURNING id")
                .bind("now", now)
                .bindArray("ids", Long.class, copyIds.toArray())
                .mapTo(Long.class)
                .list();
    }
}
