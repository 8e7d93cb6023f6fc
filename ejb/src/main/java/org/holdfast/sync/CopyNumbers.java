package org.holdfast.sync;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.holdfast.block.BlockedOriginals;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;
import org.jdbi.v3.core.statement.PreparedBatch;

/** SQL around the numbers by which copies know their originals: who has which, and who has lost theirs. */
final class CopyNumbers {

    private static final String SIZE = "coalesce(c.announced_size, c.size_bytes)";

    private final Handle handle;

    CopyNumbers(Handle handle) {
        this.handle = handle;
    }

    /** Locks copies in the order of their ids, in which whoever changes many locks them: nobody deadlocks. */
    static void lock(Handle handle, Collection<Long> copyIds) {
        handle.createQuery("SELECT id FROM mail_copy WHERE id = ANY (:ids) ORDER BY id FOR UPDATE")
                .bindArray("ids", Long.class, copyIds.toArray())
                .mapTo(Long.class)
                .list();
    }

    /** UIDs of copies whose originals are there, as far as is known, among some. */
    Set<Long> among(long folderId, UidValidity validity, UidSet uids) {
        return new HashSet<>(handle.createQuery("SELECT c.uid FROM unnest(CAST(:first AS bigint[]),"
                        + " CAST(:last AS bigint[])) AS r (first, last) JOIN mail_copy c ON c.folder_id = :folder"
                        + " AND c.uid_validity = :validity AND c.uid BETWEEN r.first AND r.last"
                        + " WHERE c.original_gone_at IS NULL")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bindArray(
                        "first",
                        Long.class,
                        uids.ranges().stream().map(UidSet.Range::first).toArray())
                .bindArray(
                        "last",
                        Long.class,
                        uids.ranges().stream().map(UidSet.Range::last).toArray())
                .mapTo(Long.class)
                .list());
    }

    /** How many copies have originals that are there, as far as is known. */
    long count(long folderId, UidValidity validity) {
        return handle.createQuery("SELECT count(*) FROM mail_copy WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND original_gone_at IS NULL")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .mapTo(Long.class)
                .one();
    }

    /** UIDs from one on that are not to be stored again: those of originals found gone included. */
    Set<Long> stored(long folderId, UidValidity validity, long from) {
        return new HashSet<>(handle.createQuery("SELECT uid FROM mail_copy WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND uid >= :from")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("from", from)
                .mapTo(Long.class)
                .list());
    }

    /** UIDs of copies that wait or stay although their originals were found gone. */
    Set<Long> missing(long folderId, UidValidity validity) {
        return new HashSet<>(handle.createQuery("SELECT c.uid FROM mail_copy c JOIN folder f ON f.id = c.folder_id"
                        + " WHERE c.folder_id = :folder AND c.uid_validity = :validity"
                        + " AND ((c.mailbox_id = f.mailbox_id AND c.original_gone_at IS NOT NULL)"
                        + " OR c.id IN (SELECT copy_id FROM departed_copy WHERE mailbox_id = f.mailbox_id))")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .mapTo(Long.class)
                .list());
    }

    /** What is stored of the original of a copy; empty if the copy is not there any more. */
    Optional<KnownOriginal> known(long copyId) {
        return handle.createQuery("SELECT c.id, c.uid, c.received_at, c.message_id, " + SIZE
                        + " AS size FROM mail_copy c" + " WHERE c.id = :copy")
                .bind("copy", copyId)
                .map((row, context) -> original(row))
                .findOne();
    }

    private static KnownOriginal original(ResultSet row) throws SQLException {
        return new KnownOriginal(
                row.getLong("id"),
                row.getLong("uid"),
                SyncStore.instant(row, "received_at"),
                row.getLong("size"),
                row.getString("message_id"));
    }

    /** All copies of the folder under this UIDVALIDITY, by UID. */
    Map<Long, KnownOriginal> known(long folderId, UidValidity validity) {
        return handle
                .createQuery("SELECT c.id, c.uid, c.received_at, c.message_id, " + SIZE + " AS size FROM mail_copy c"
                        + " WHERE c.folder_id = :folder AND c.uid_validity = :validity")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .map((row, context) -> original(row))
                .stream()
                .collect(Collectors.toMap(KnownOriginal::uid, each -> each));
    }

    /**
     * Takes their numbers from copies, so that the numbers can mean other originals; the copies look for their
     * own by what they are.
     */
    void estrange(Collection<Long> copyIds) {
        lock(handle, copyIds);
        handle.createUpdate("UPDATE mail_copy SET uid_validity = -id WHERE id = ANY (:ids) AND uid_validity > 0")
                .bindArray("ids", Long.class, copyIds.toArray())
                .execute();
    }

    /** What was purged or given up is known by its content from now on, no longer by its number. */
    void forgetNumbers(long folderId, UidValidity validity) {
        handle.createUpdate("WITH old AS (DELETE FROM purged_original WHERE folder_id = :folder"
                        + " AND uid_validity = :validity RETURNING *)"
                        + " INSERT INTO purged_original (folder_id, uid_validity, uid, content_sha256, run_id)"
                        // A row of its own for each: the same number may be forgotten again.
                        + " SELECT folder_id, -nextval(pg_get_serial_sequence('mail_copy', 'id')), uid,"
                        + " content_sha256, run_id FROM old")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .execute();
        handle.createUpdate("DELETE FROM quarantined_original WHERE folder_id = :folder AND uid_validity = :validity")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .execute();
        new BlockedOriginals(handle, folderId, validity.value()).forgetNumbers();
    }

    /**
     * Copies of the mailbox that have no original: their number is of another UIDVALIDITY or was taken from
     * them, or their original has left its folder.
     */
    List<HomelessCopy> homeless(KnownFolder folder, UidValidity validity) {
        String columns = "SELECT c.id, c.folder_id, c.content_sha256, c.size_bytes, c.received_at, c.message_id, "
                + SIZE + " AS announced FROM mail_copy c ";
        return handle.createQuery("SELECT * FROM (" + columns
                        + "WHERE c.folder_id = :folder AND c.uid_validity < :validity UNION " + columns
                        + "WHERE c.folder_id = :folder AND c.uid_validity > :validity UNION " + columns
                        + "WHERE c.mailbox_id = :mailbox AND c.original_gone_at IS NOT NULL UNION " + columns
                        + "JOIN departed_copy d ON d.copy_id = c.id WHERE d.mailbox_id = :mailbox) AS found"
                        + " JOIN mail_copy own ON own.id = found.id"
                        + " ORDER BY found.folder_id <> :folder, own.bind_count = 0, found.id")
                .bind("folder", folder.id())
                .bind("mailbox", folder.mailboxId())
                .bind("validity", validity.value())
                .map((row, context) -> homeless(row))
                .list();
    }

    /** Copies by their ids, in that order. */
    List<HomelessCopy> copies(Collection<Long> copyIds) {
        return handle.createQuery("SELECT c.id, c.content_sha256, c.size_bytes, c.received_at, c.message_id, " + SIZE
                        + " AS announced FROM mail_copy c WHERE c.id = ANY (:ids) ORDER BY c.id")
                .bindArray("ids", Long.class, copyIds.toArray())
                .map((row, context) -> homeless(row))
                .list();
    }

    private static HomelessCopy homeless(ResultSet row) throws SQLException {
        return new HomelessCopy(
                row.getLong("id"),
                SyncStore.instant(row, "received_at"),
                row.getLong("announced"),
                row.getString("message_id"),
                HexFormat.of().formatHex(row.getBytes("content_sha256")) + "/" + row.getLong("size_bytes"));
    }

    /** Gives copies the numbers that their originals have now; all that hangs on them stays as it is. */
    void settle(KnownFolder folder, UidValidity validity, Collection<Match> matches) {
        if (matches.isEmpty()) {
            return;
        }
        List<Long> ids = matches.stream().map(match -> match.copy().id()).toList();
        lock(handle, ids);
        PreparedBatch batch = handle.prepareBatch("UPDATE mail_copy SET folder_id = :folder, uid_validity = :validity,"
                + " uid = :uid, flags = :flags, keywords = :keywords, original_gone_at = NULL,"
                + " announced_size = coalesce(nullif(:size, 0), announced_size) WHERE id = :id");
        for (Match match : matches) {
            batch.bind("id", match.copy().id())
                    .bind("folder", folder.id())
                    .bind("validity", validity.value())
                    .bind("uid", match.uid())
                    .bind("size", match.size())
                    .bind("flags", match.flags().bits())
                    .bindArray(
                            "keywords", String.class, match.flags().keywords().toArray())
                    .add();
        }
        batch.execute();
        handle.createUpdate("DELETE FROM departed_copy WHERE copy_id = ANY (:ids)")
                .bindArray("ids", Long.class, ids.toArray())
                .execute();
    }

    /** Copies under other numbers that were not found again: nothing is deleted, they live out their time. */
    long markStrangersGone(long folderId, UidValidity validity, Instant now) {
        return handle.createUpdate("UPDATE mail_copy SET original_gone_at = :now WHERE id IN (SELECT id FROM"
                        + " mail_copy WHERE folder_id = :folder AND uid_validity <> :validity"
                        + " AND original_gone_at IS NULL ORDER BY id FOR UPDATE)")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("now", now)
                .execute();
    }

    /**
     * Copies with a home in other folders of the mailbox whose originals were received at one of these instants:
     * those may be about to move here.
     */
    List<CopyElsewhere> elsewhere(KnownFolder folder, Collection<Instant> dates) {
        return handle.createQuery("SELECT c.received_at, " + SIZE + " AS size, c.folder_id, f.wire_name,"
                        + " c.uid_validity, c.uid FROM mail_copy c JOIN folder f ON f.id = c.folder_id"
                        + " WHERE c.mailbox_id = :mailbox AND c.clock = ANY (CAST(:dates AS timestamptz[]))"
                        + " AND c.folder_id <> :folder AND c.original_gone_at IS NULL AND f.gone_at IS NULL"
                        + " AND c.uid_validity > 0"
                        + " AND NOT EXISTS (SELECT FROM departed_copy d WHERE d.copy_id = c.id)")
                .bind("mailbox", folder.mailboxId())
                .bind("folder", folder.id())
                .bindArray(
                        "dates",
                        String.class,
                        dates.stream().map(Instant::toString).toArray())
                .map((row, context) -> new CopyElsewhere(
                        Homeless.hint(SyncStore.instant(row, "received_at"), row.getLong("size")),
                        row.getLong("folder_id"),
                        row.getString("wire_name"),
                        new UidValidity(row.getLong("uid_validity")),
                        row.getLong("uid")))
                .list();
    }

    /**
     * Digests of originals that were purged under another number, in another folder or before the mailbox
     * was connected anew, with the run that purged them.
     */
    Map<String, Long> purgedElsewhere(long folderId, UidValidity validity) {
        return handle.createQuery("SELECT encode(p.content_sha256, 'hex') AS sha, max(p.run_id) AS run"
                        + " FROM folder here JOIN mailbox m ON m.id = here.mailbox_id"
                        + " JOIN mailbox same ON same.account_id = m.account_id"
                        + " AND lower(same.address) = lower(m.address)"
                        + " JOIN folder f ON f.mailbox_id = same.id JOIN purged_original p ON p.folder_id = f.id"
                        + " WHERE here.id = :folder AND (p.folder_id <> :folder OR p.uid_validity <> :validity)"
                        + " GROUP BY p.content_sha256")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .setMapKeyColumn("sha")
                .setMapValueColumn("run")
                .collectInto(new GenericType<Map<String, Long>>() {});
    }

    /** Remembers under its present number that an original was purged. */
    void markPurged(long folderId, UidValidity validity, NewCopy original, long runId) {
        handle.createUpdate("INSERT INTO purged_original (folder_id, uid_validity, uid, content_sha256, run_id)"
                        + " VALUES (:folder, :validity, :uid, :sha, :run) ON CONFLICT DO NOTHING")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("uid", original.uid())
                .bind("sha", original.content().sha256())
                .bind("run", runId)
                .execute();
    }
}
