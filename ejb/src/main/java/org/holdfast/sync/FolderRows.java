package org.holdfast.sync;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.holdfast.mailbox.FoundFolder;
import org.jdbi.v3.core.Handle;

/** SQL of a pass around folders and their watermarks. */
final class FolderRows {

    private static final String FOLDERS = "SELECT f.id, f.mailbox_id, m.account_id, f.wire_name, f.name, s.*,"
            + " EXISTS (SELECT FROM quarantined_original q WHERE q.folder_id = f.id AND q.uid_validity = s.uid_validity"
            + " AND q.retry_at <= :now) AS retries_due,"
            + " EXISTS (SELECT FROM blocked_original o JOIN import_block b ON b.id = o.block_id WHERE o.folder_id = f.id"
            + " AND o.uid_validity = s.uid_validity AND b.removed_at IS NOT NULL) AS freed"
            + " FROM folder f JOIN mailbox m ON m.id = f.mailbox_id LEFT JOIN folder_state s ON s.folder_id = f.id";

    private final Handle handle;

    FolderRows(Handle handle) {
        this.handle = handle;
    }

    /** Folders that are there and selected, with their watermarks, the inbox first. */
    List<KnownFolder> selected(long mailboxId, Instant now) {
        return listed(mailboxId, true, now);
    }

    /** Folders that are there and are not synchronised. */
    List<KnownFolder> unselected(long mailboxId, Instant now) {
        return listed(mailboxId, false, now);
    }

    private List<KnownFolder> listed(long mailboxId, boolean selected, Instant now) {
        return handle.createQuery(FOLDERS + " WHERE f.mailbox_id = :mailbox AND f.gone_at IS NULL"
                        + " AND f.selected = :selected ORDER BY upper(f.wire_name) <> 'INBOX', f.wire_name")
                .bind("mailbox", mailboxId)
                .bind("selected", selected)
                .bind("now", now)
                .map((row, context) -> folder(row))
                .list();
    }

    /** Folders that are there as far as is known, selected or not. */
    List<KnownFolder> present(long mailboxId, Instant now) {
        return handle.createQuery(FOLDERS + " WHERE f.mailbox_id = :mailbox AND f.gone_at IS NULL ORDER BY f.id")
                .bind("mailbox", mailboxId)
                .bind("now", now)
                .map((row, context) -> folder(row))
                .list();
    }

    private static KnownFolder folder(ResultSet row) throws SQLException {
        KnownFolder.Watermark state = row.getObject("uid_validity") == null
                ? null
                : new KnownFolder.Watermark(
                        new UidValidity(row.getLong("uid_validity")),
                        row.getLong("uid_next"),
                        new ModSeq(row.getLong("highest_mod_seq")),
                        SyncStore.instant(row, "filled_from"),
                        row.getLong("originals"),
                        row.getBytes("suspects"));
        return new KnownFolder(
                row.getLong("id"),
                row.getLong("mailbox_id"),
                row.getLong("account_id"),
                row.getString("wire_name"),
                row.getString("name"),
                state,
                new KnownFolder.Care(
                        row.getString("doubt"),
                        row.getBoolean("look_again") || row.getBoolean("freed"),
                        SyncStore.instant(row, "audited_at"),
                        row.getBoolean("retries_due")));
    }

    /** By folder, of those that are there. */
    Map<Long, String> objectIds(long mailboxId) {
        return handle.createQuery("SELECT id, object_id FROM folder WHERE mailbox_id = :mailbox AND gone_at IS NULL"
                        + " AND object_id IS NOT NULL")
                .bind("mailbox", mailboxId)
                .reduceRows(new HashMap<>(), (found, row) -> {
                    found.put(row.getColumn("id", Long.class), row.getColumn("object_id", String.class));
                    return found;
                });
    }

    /** Adds a folder, or takes up again one of that name that was gone. */
    void add(long mailboxId, FoundFolder folder) {
        if (!revive(mailboxId, folder)) {
            handle.createUpdate("INSERT INTO folder (mailbox_id, wire_name, name, separator, special_use)"
                            + " VALUES (:mailbox, :wireName, :name, :separator, :specialUse)")
                    .bind("mailbox", mailboxId)
                    .bindMethods(folder)
                    .execute();
        }
    }

    /** It keeps its copies and its watermark; what was removed meanwhile is looked for. */
    private boolean revive(long mailboxId, FoundFolder folder) {
        List<Long> back = handle.createQuery("UPDATE folder SET gone_at = NULL WHERE id = (SELECT id FROM folder"
                        + " WHERE mailbox_id = :mailbox AND wire_name = :wireName AND gone_at IS NOT NULL"
                        + " ORDER BY gone_at DESC LIMIT 1) RETURNING id")
                .bind("mailbox", mailboxId)
                .bind("wireName", folder.wireName())
                .mapTo(Long.class)
                .list();
        for (long id : back) {
            handle.createUpdate("UPDATE folder_state SET look_again = true WHERE folder_id = :folder")
                    .bind("folder", id)
                    .execute();
            handle.createUpdate("DELETE FROM departed_copy d USING mail_copy c WHERE c.id = d.copy_id"
                            + " AND c.folder_id = :folder")
                    .bind("folder", id)
                    .execute();
        }
        return !back.isEmpty();
    }

    /** The same folder under another name: copies, watermark and settings stay. */
    void rename(long folderId, FoundFolder now) {
        handle.createUpdate("UPDATE folder SET wire_name = :wireName, name = :name, separator = :separator"
                        + " WHERE id = :folder")
                .bind("folder", folderId)
                .bindMethods(now)
                .execute();
    }

    void gone(Collection<Long> folderIds, Instant now) {
        handle.createUpdate("UPDATE folder SET gone_at = :now WHERE id = ANY (:ids) AND gone_at IS NULL")
                .bindArray("ids", Long.class, folderIds.toArray())
                .bind("now", now)
                .execute();
    }

    /** What folders are for, as far as their owner did not say so. */
    void roles(long mailboxId, Map<String, FolderRole.Given> roles) {
        handle
                .createQuery("SELECT id, wire_name, special_use, special_use_by FROM folder WHERE mailbox_id = :mailbox"
                        + " AND gone_at IS NULL AND special_use_by IS DISTINCT FROM 'OWNER'")
                .bind("mailbox", mailboxId)
                .map((row, context) ->
                        new Object[] {row.getLong("id"), roles.get(row.getString("wire_name")), FolderRole.Given.of(row)
                        })
                .list()
                .stream()
                .filter(each -> !Objects.equals(each[1], each[2]))
                .forEach(each -> role((Long) each[0], (FolderRole.Given) each[1]));
    }

    private void role(long folderId, FolderRole.Given role) {
        handle.createUpdate("UPDATE folder SET special_use = :use, special_use_by = :by WHERE id = :folder")
                .bind("folder", folderId)
                .bind("use", role == null ? null : role.use())
                .bind("by", role == null ? null : role.by())
                .execute();
    }

    void objectId(long folderId, String objectId) {
        handle.createUpdate("UPDATE folder SET object_id = :object WHERE id = :folder"
                        + " AND object_id IS DISTINCT FROM :object")
                .bind("folder", folderId)
                .bind("object", objectId)
                .execute();
    }

    /** So many folders are gone at once that a person has to say so; whether one has. */
    boolean askAboutMissing(long mailboxId, int missing) {
        handle.createUpdate("UPDATE mailbox_sync SET missing_folders = :missing WHERE mailbox_id = :mailbox"
                        + " AND missing_folders <> :missing")
                .bind("mailbox", mailboxId)
                .bind("missing", missing)
                .execute();
        return handle.createQuery("SELECT missing_accepted FROM mailbox_sync WHERE mailbox_id = :mailbox")
                .bind("mailbox", mailboxId)
                .mapTo(Boolean.class)
                .one();
    }

    /** Nothing to ask any more. */
    void missingSettled(long mailboxId) {
        handle.createUpdate("UPDATE mailbox_sync SET missing_folders = 0, missing_accepted = false"
                        + " WHERE mailbox_id = :mailbox AND (missing_folders > 0 OR missing_accepted)")
                .bind("mailbox", mailboxId)
                .execute();
    }

    /** From now on the numbers known here are not trusted, until a whole look has settled them. */
    void doubt(long folderId, String why) {
        handle.createUpdate("UPDATE folder_state SET doubt = :why WHERE folder_id = :folder")
                .bind("folder", folderId)
                .bind("why", why)
                .execute();
    }

    /**
     * Moves a watermark; only ever in the transaction that completes the work below it. A back-fill mark that
     * somebody raised meanwhile stays raised.
     *
     * @param folder as it was when the work began
     */
    void advance(KnownFolder folder, KnownFolder.Watermark to, Instant now) {
        handle.createUpdate("INSERT INTO folder_state AS s (folder_id, uid_validity, uid_next, highest_mod_seq,"
                        + " filled_from, originals, suspects, updated_at) SELECT f.id, :validity, :next, :modSeq,"
                        + " CASE WHEN y.fill_mark_lease = y.lease_token"
                        + " THEN greatest(CAST(:filledFrom AS timestamptz), y.fill_mark)"
                        + " ELSE CAST(:filledFrom AS timestamptz) END, :originals, :suspects, :now"
                        + " FROM folder f JOIN mailbox_sync y ON y.mailbox_id = f.mailbox_id WHERE f.id = :folder"
                        + " ON CONFLICT (folder_id) DO UPDATE SET"
                        + " uid_validity = excluded.uid_validity, uid_next = excluded.uid_next,"
                        + " highest_mod_seq = excluded.highest_mod_seq,"
                        + " filled_from = CASE WHEN s.filled_from IS NOT DISTINCT FROM CAST(:before AS timestamptz)"
                        + " THEN excluded.filled_from ELSE s.filled_from END,"
                        + " originals = excluded.originals, suspects = excluded.suspects, doubt = NULL,"
                        + " look_again = s.look_again AND NOT :looked, updated_at = excluded.updated_at")
                .bind("folder", folder.id())
                .bind("validity", to.uidValidity().value())
                .bind("next", to.uidNext())
                .bind("modSeq", to.modSeq().value())
                .bind("filledFrom", to.filledFrom())
                .bind("before", folder.state() == null ? null : folder.state().filledFrom())
                .bind("looked", folder.care().lookAgain())
                .bind("originals", to.originals())
                .bind("suspects", to.suspects())
                .bind("now", now)
                .execute();
    }

    /**
     * Records a comparison of all UIDs.
     *
     * @param repaired what it put right that the counters had not shown
     */
    void audited(long folderId, long uids, byte[] sha256, long repaired, Instant now) {
        handle.createUpdate("UPDATE folder_state SET audited_at = :now, audit_uids = :uids, audit_sha256 = :sha,"
                        + " audit_repaired = :repaired WHERE folder_id = :folder")
                .bind("folder", folderId)
                .bind("uids", uids)
                .bind("sha", sha256)
                .bind("repaired", repaired)
                .bind("now", now)
                .execute();
    }
}
