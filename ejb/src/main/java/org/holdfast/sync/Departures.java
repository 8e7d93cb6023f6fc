package org.holdfast.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.holdfast.event.CopyEvents;
import org.jdbi.v3.core.Handle;

/**
 * SQL around copies whose originals have left their folder: they wait until every folder was seen, for a
 * move is not a delete.
 */
final class Departures {

    /** After so long a copy follows its original even if not every folder could be seen. */
    private static final Duration PATIENCE = Duration.ofHours(24);

    private final Handle handle;

    Departures(Handle handle) {
        this.handle = handle;
    }

    /**
     * Notes copies whose originals are not in the folder any more.
     *
     * @param confirmed false while they are so many that a second look is waited for
     */
    void note(KnownFolder folder, UidValidity validity, Collection<Long> uids, boolean confirmed, Instant now) {
        handle.createUpdate("INSERT INTO departed_copy (copy_id, mailbox_id, departed_at, confirmed)"
                        + " SELECT id, mailbox_id, :now, :confirmed FROM mail_copy WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND uid = ANY (:uids) AND original_gone_at IS NULL"
                        + " ON CONFLICT (copy_id) DO UPDATE SET confirmed = excluded.confirmed"
                        + " WHERE departed_copy.confirmed <> excluded.confirmed")
                .bind("folder", folder.id())
                .bind("validity", validity.value())
                .bind("now", now)
                .bind("confirmed", confirmed)
                .bindArray("uids", Long.class, uids.toArray())
                .execute();
    }

    /** Copies of folders that are gone wait too; after some time they follow like any others. */
    void noteGoneFolders(long mailboxId, Instant now) {
        handle.createUpdate("INSERT INTO departed_copy (copy_id, mailbox_id, departed_at, confirmed)"
                        + " SELECT c.id, c.mailbox_id, :now, f.gone_at <= :patient FROM folder f JOIN mail_copy c"
                        + " ON c.folder_id = f.id WHERE f.mailbox_id = :mailbox AND f.gone_at IS NOT NULL"
                        + " AND c.original_gone_at IS NULL"
                        + " ON CONFLICT (copy_id) DO UPDATE SET confirmed = excluded.confirmed"
                        + " WHERE departed_copy.confirmed <> excluded.confirmed")
                .bind("mailbox", mailboxId)
                .bind("now", now)
                .bind("patient", now.minus(PATIENCE))
                .execute();
    }

    /** Originals that were found gone and are there. */
    void returned(KnownFolder folder, UidValidity validity, Collection<Long> uids) {
        handle.createUpdate("DELETE FROM departed_copy d USING mail_copy c WHERE c.id = d.copy_id"
                        + " AND c.folder_id = :folder AND c.uid_validity = :validity AND c.uid = ANY (:uids)")
                .bind("folder", folder.id())
                .bind("validity", validity.value())
                .bindArray("uids", Long.class, uids.toArray())
                .execute();
        handle.createUpdate("UPDATE mail_copy SET original_gone_at = NULL WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND uid = ANY (:uids) AND original_gone_at IS NOT NULL")
                .bind("folder", folder.id())
                .bind("validity", validity.value())
                .bindArray("uids", Long.class, uids.toArray())
                .execute();
    }

    /** Those that found no other place, as far as they are sure; looks without writing. */
    List<Long> lost(long mailboxId, boolean everyFolderSeen, Instant now) {
        return handle.createQuery("SELECT copy_id FROM departed_copy WHERE mailbox_id = :mailbox AND confirmed"
                        + " AND departed_at <= :before")
                .bind("mailbox", mailboxId)
                .bind("before", everyFolderSeen ? now : now.minus(PATIENCE))
                .mapTo(Long.class)
                .list();
    }

    /**
     * Lets copies follow their originals: unbound ones are removed with their content; bound, held or just
     * released ones stay and are marked.
     *
     * @return how many were removed
     */
    long follow(long mailboxId, Collection<Long> copyIds, Instant now) {
        boolean held = handle.createQuery("SELECT a.hold_count + m.hold_count > 0"
                        + " OR coalesce(greatest(a.keep_until, m.keep_until) > :now, false)"
                        + " FROM mailbox m JOIN account a ON a.id = m.account_id WHERE m.id = :mailbox FOR SHARE")
                .bind("mailbox", mailboxId)
                .bind("now", now)
                .mapTo(Boolean.class)
                .one();
        List<Long> removed = held ? List.of() : remove(copyIds, now);
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

    private List<Long> remove(Collection<Long> copyIds, Instant now) {
        return handle.createQuery("DELETE FROM mail_copy WHERE id = ANY (:ids) AND bind_count = 0 AND hold_count = 0"
                        + " AND (keep_until IS NULL OR keep_until <= :now) RETURNING id")
                .bind("now", now)
                .bindArray("ids", Long.class, copyIds.toArray())
                .mapTo(Long.class)
                .list();
    }
}
