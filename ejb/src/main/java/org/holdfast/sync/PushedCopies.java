package org.holdfast.sync;

import java.time.Instant;
import java.util.List;
import org.holdfast.command.ShownFlags;
import org.holdfast.event.CopyEvents;
import org.jdbi.v3.core.Handle;

/** Lets copies follow what was done to their originals. */
final class PushedCopies {

    private final Handle handle;

    PushedCopies(Handle handle) {
        this.handle = handle;
    }

    /** The copy goes with its original, and takes the place of one that a pull has made of the same content there. */
    void moved(ShownFlags.Located copy, long folderId, long uidValidity, long uid) {
        long copyId = copy.copyId();
        // Copies are locked in the order of their ids, before what hangs on them.
        handle.createQuery("SELECT id FROM mail_copy WHERE id = :copy OR (folder_id = :folder"
                        + " AND uid_validity = :validity AND uid = :uid) ORDER BY id FOR UPDATE")
                .bind("folder", folderId)
                .bind("validity", uidValidity)
                .bind("uid", uid)
                .bind("copy", copyId)
                .mapTo(Long.class)
                .list();
        List<Long> doubles = handle.createQuery("DELETE FROM mail_copy d USING mail_copy c WHERE c.id = :copy"
                        + " AND d.folder_id = :folder AND d.uid_validity = :validity AND d.uid = :uid"
                        + " AND d.id <> c.id AND d.content_sha256 = c.content_sha256 AND d.bind_count = 0"
                        + " AND d.hold_count = 0 AND d.keep_until IS NULL RETURNING d.id")
                .bind("folder", folderId)
                .bind("validity", uidValidity)
                .bind("uid", uid)
                .bind("copy", copyId)
                .mapTo(Long.class)
                .list();
        deleteContent(doubles);
        CopyEvents.gone(
                handle,
                doubles.stream()
                        .map(id -> new CopyEvents.Named(copy.accountId(), copy.mailboxId(), id))
                        .toList(),
                CopyEvents.Reason.DELETED);
        handle.createUpdate("DELETE FROM departed_copy WHERE copy_id = :copy")
                .bind("copy", copyId)
                .execute();
        handle.createUpdate("UPDATE mail_copy SET folder_id = :folder, uid_validity = :validity, uid = :uid"
                        + " WHERE id = :copy AND NOT EXISTS (SELECT FROM mail_copy o WHERE o.folder_id = :folder"
                        + " AND o.uid_validity = :validity AND o.uid = :uid)")
                .bind("folder", folderId)
                .bind("validity", uidValidity)
                .bind("uid", uid)
                .bind("copy", copyId)
                .execute();
    }

    /** The original was removed: an unbound copy that nothing holds goes, others stay and are marked. */
    void removed(ShownFlags.Located copy, Instant now) {
        boolean held = handle.createQuery("SELECT a.hold_count + m.hold_count > 0"
                        + " OR coalesce(greatest(a.keep_until, m.keep_until) > :now, false)"
                        + " FROM mailbox m JOIN account a ON a.id = m.account_id WHERE m.id = :mailbox FOR SHARE")
                .bind("mailbox", copy.mailboxId())
                .bind("now", now)
                .mapTo(Boolean.class)
                .one();
        List<Long> removed = held
                ? List.of()
                : handle.createQuery("DELETE FROM mail_copy WHERE id = :copy AND bind_count = 0 AND hold_count = 0"
                                + " AND (keep_until IS NULL OR keep_until <= :now) RETURNING id")
                        .bind("copy", copy.copyId())
                        .bind("now", now)
                        .mapTo(Long.class)
                        .list();
        deleteContent(removed);
        if (removed.isEmpty()) {
            handle.createUpdate("UPDATE mail_copy SET original_gone_at = :now WHERE id = :copy")
                    .bind("copy", copy.copyId())
                    .bind("now", now)
                    .execute();
        } else {
            CopyEvents.gone(
                    handle,
                    List.of(new CopyEvents.Named(copy.accountId(), copy.mailboxId(), copy.copyId())),
                    CopyEvents.Reason.DELETED);
        }
    }

    private void deleteContent(List<Long> copies) {
        if (!copies.isEmpty()) {
            handle.createUpdate("DELETE FROM mail_content WHERE copy_id = ANY (:ids)")
                    .bindArray("ids", Long.class, copies.toArray())
                    .execute();
        }
    }
}
