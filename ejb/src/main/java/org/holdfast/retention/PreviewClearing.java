package org.holdfast.retention;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Takes old previews away, but never one that a change of terms, a plan or a run names: the database's keys see
 * to that too. A preview goes at once with what is small; its mailboxes go after it, some at a time.
 */
final class PreviewClearing {

    private static final String UNNAMED = " AND NOT EXISTS (SELECT FROM terms_change t WHERE t.preview_id = p.id)"
            + " AND NOT EXISTS (SELECT FROM subscription s WHERE s.preview_id = p.id)"
            + " AND NOT EXISTS (SELECT FROM purge_run r WHERE r.preview_id = p.id)"
            + " AND NOT EXISTS (SELECT FROM purge_run_preview r WHERE r.preview_id = p.id)";

    private final Handle handle;

    /** Works in the transaction of the handle, READ COMMITTED. */
    PreviewClearing(Handle handle) {
        this.handle = handle;
    }

    /**
     * Takes away previews that ended before an instant, oldest first.
     *
     * @param most how many at most
     * @return how many
     */
    int clear(Instant before, int most) {
        List<Long> old = handle.createQuery("SELECT p.id FROM preview p WHERE p.status IN ('READY', 'FAILED',"
                        + " 'CANCELLED') AND coalesce(p.ended_at, p.requested_at) < :before" + UNNAMED
                        + " ORDER BY p.id LIMIT :most FOR UPDATE OF p SKIP LOCKED")
                .bind("before", before)
                .bind("most", most)
                .mapTo(Long.class)
                .list();
        // Locked, they are named by nobody new; whoever named one before is seen by this second look.
        return handle.createUpdate("WITH gone AS (DELETE FROM preview p WHERE p.id = ANY(:old)" + UNNAMED
                        + " RETURNING p.id) INSERT INTO preview_cleared (preview_id) SELECT id FROM gone")
                .bindArray("old", Long.class, old.toArray())
                .execute();
    }

    /**
     * Takes away mailboxes of a preview that was cleared.
     *
     * @param most how many at most
     * @return whether something may be left to do
     */
    boolean sweep(int most) {
        Optional<Long> cleared = handle.createQuery("SELECT preview_id FROM preview_cleared ORDER BY preview_id LIMIT 1"
                        + " FOR UPDATE SKIP LOCKED")
                .mapTo(Long.class)
                .findOne();
        cleared.ifPresent(id -> {
            int swept = handle.createUpdate("DELETE FROM preview_mailbox WHERE preview_id = :id AND mailbox_id IN"
                            + " (SELECT mailbox_id FROM preview_mailbox WHERE preview_id = :id"
                            + " ORDER BY mailbox_id LIMIT :most)")
                    .bind("id", id)
                    .bind("most", most)
                    .execute();
            if (swept < most) {
                handle.execute("DELETE FROM preview_cleared WHERE preview_id = ?", id);
            }
        });
        return cleared.isPresent();
    }
}
