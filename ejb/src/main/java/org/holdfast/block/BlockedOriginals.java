package org.holdfast.block;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** What blocks keep out of a folder, for the pass over it; all in the transaction of a handle. */
public final class BlockedOriginals {

    private final Handle handle;
    private final long folderId;
    private final long uidValidity;

    /** Of a folder under a UIDVALIDITY. */
    public BlockedOriginals(Handle handle, long folderId, long uidValidity) {
        this.handle = handle;
        this.folderId = folderId;
        this.uidValidity = uidValidity;
    }

    /** The blocks that count for a mailbox. */
    public static SenderBlocks of(Handle handle, long mailboxId) {
        return BlockRows.of(handle, mailboxId);
    }

    /** UIDs that are kept out, and not asked for again. */
    public Set<Long> kept() {
        return uids("IS NULL");
    }

    /** UIDs whose block was removed: they come in now if nothing else keeps them out. */
    public Set<Long> freed() {
        return uids("IS NOT NULL");
    }

    private Set<Long> uids(String removed) {
        return new HashSet<>(
                handle.createQuery("SELECT o.uid FROM blocked_original o JOIN import_block b ON b.id = o.block_id"
                                + " WHERE o.folder_id = :folder AND o.uid_validity = :validity AND b.removed_at "
                                + removed)
                        .bind("folder", folderId)
                        .bind("validity", uidValidity)
                        .mapTo(Long.class)
                        .list());
    }

    /**
     * Notes that a block keeps an original out.
     *
     * @return false if the block was removed meanwhile: then the original is to be stored
     */
    public boolean note(long uid, long blockId, Instant at) {
        return handle.createUpdate(
                                "INSERT INTO blocked_original (folder_id, uid_validity, uid, block_id, blocked_at)"
                                        + " SELECT :folder, :validity, :uid, id, :at FROM import_block WHERE id = :block"
                                        // Whoever removes it meanwhile waits, and so sees what is noted here.
                                        + " AND removed_at IS NULL FOR SHARE"
                                        + " ON CONFLICT (folder_id, uid_validity, uid) DO UPDATE SET block_id = excluded.block_id")
                        .bind("folder", folderId)
                        .bind("validity", uidValidity)
                        .bind("uid", uid)
                        .bind("block", blockId)
                        .bind("at", at)
                        .execute()
                == 1;
    }

    /** Takes the notes of freed originals away, once a pass has looked for them. */
    public void forget(Collection<Long> freed) {
        if (!freed.isEmpty()) {
            handle.createUpdate("DELETE FROM blocked_original o USING import_block b WHERE b.id = o.block_id"
                            + " AND b.removed_at IS NOT NULL AND o.folder_id = :folder"
                            + " AND o.uid_validity = :validity AND o.uid = ANY (:uids)")
                    .bind("folder", folderId)
                    .bind("validity", uidValidity)
                    .bindArray("uids", Long.class, freed.toArray())
                    .execute();
        }
    }

    /** The numbers mean other originals by now: whoever sent those is asked anew. */
    public void forgetNumbers() {
        handle.createUpdate("DELETE FROM blocked_original WHERE folder_id = :folder AND uid_validity = :validity")
                .bind("folder", folderId)
                .bind("validity", uidValidity)
                .execute();
    }
}
