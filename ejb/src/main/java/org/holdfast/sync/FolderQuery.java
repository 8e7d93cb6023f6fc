package org.holdfast.sync;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Reads how folders stand, and writes what their owner decides about them. */
final class FolderQuery {

    private static final int MOST = 1_000;

    private final Handle handle;

    FolderQuery(Handle handle) {
        this.handle = handle;
    }

    List<FolderSituation> of(long mailboxId) {
        return handle.createQuery(
                        "SELECT f.*, s.*, (SELECT count(*) FROM mail_copy c WHERE c.folder_id = f.id) AS copies,"
                                + " (SELECT count(*) FROM quarantined_original q WHERE q.folder_id = f.id"
                                + " AND q.tries >= :givenUp) AS given_up FROM folder f"
                                + " LEFT JOIN folder_state s ON s.folder_id = f.id WHERE f.mailbox_id = :mailbox"
                                + " ORDER BY f.gone_at IS NOT NULL, upper(f.wire_name) <> 'INBOX', f.name, f.id")
                .bind("mailbox", mailboxId)
                .bind("givenUp", QuarantineRows.GIVEN_UP)
                .map((row, context) -> new FolderSituation(
                        row.getLong("id"),
                        row.getString("name"),
                        row.getString("wire_name"),
                        row.getString("special_use"),
                        row.getString("special_use_by"),
                        row.getBoolean("selected"),
                        SyncStore.instant(row, "gone_at"),
                        row.getLong("uid_validity"),
                        Math.max(0, row.getLong("uid_next") - 1),
                        row.getLong("highest_mod_seq"),
                        row.getLong("originals"),
                        row.getLong("copies"),
                        row.getString("doubt"),
                        row.getLong("given_up"),
                        SyncStore.instant(row, "audited_at"),
                        row.getLong("audit_repaired")))
                .list();
    }

    List<GivenUpOriginal> givenUp(long folderId) {
        return handle.createQuery("SELECT * FROM quarantined_original WHERE folder_id = :folder"
                        + " ORDER BY uid_validity, uid LIMIT :most")
                .bind("folder", folderId)
                .bind("most", MOST)
                .map((row, context) -> new GivenUpOriginal(
                        row.getLong("folder_id"),
                        row.getLong("uid"),
                        row.getString("reason"),
                        row.getInt("tries"),
                        SyncStore.instant(row, "first_seen"),
                        SyncStore.instant(row, "last_tried"),
                        SyncStore.instant(row, "retry_at")))
                .list();
    }

    boolean has(long mailboxId, long folderId) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM folder WHERE id = :folder AND mailbox_id = :mailbox)")
                .bind("folder", folderId)
                .bind("mailbox", mailboxId)
                .mapTo(Boolean.class)
                .one();
    }

    /** One that is selected again may have missed more than its counters show. */
    void select(long folderId, boolean selected) {
        handle.createUpdate("UPDATE folder SET selected = :selected WHERE id = :folder")
                .bind("folder", folderId)
                .bind("selected", selected)
                .execute();
        if (selected) {
            lookAgain(folderId);
        }
    }

    void lookAgain(long folderId) {
        handle.createUpdate("UPDATE folder_state SET look_again = true WHERE folder_id = :folder")
                .bind("folder", folderId)
                .execute();
    }

    /** Whether there was anything to accept. */
    boolean acceptMissing(long mailboxId) {
        return handle.createUpdate("UPDATE mailbox_sync SET missing_accepted = true WHERE mailbox_id = :mailbox"
                                + " AND missing_folders > 0")
                        .bind("mailbox", mailboxId)
                        .execute()
                == 1;
    }

    /** Whether there was a pass to end. */
    boolean cancel(long mailboxId, String by) {
        return handle.createUpdate("UPDATE mailbox_sync SET cancelled_by = :by, requested_at = NULL"
                                + " WHERE mailbox_id = :mailbox AND lease_until > clock_timestamp()")
                        .bind("mailbox", mailboxId)
                        .bind("by", by)
                        .execute()
                == 1;
    }
}
