package org.holdfast.sync;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.holdfast.binding.RuleArrivals;
import org.holdfast.command.PendingCommands;
import org.holdfast.event.CopyEvents;
import org.holdfast.message.Copy;
import org.holdfast.message.Flags;
import org.holdfast.retention.QueryHolds;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;
import org.jdbi.v3.core.statement.PreparedBatch;

/** SQL of a pass around copies and their content. */
final class CopyStore {

    private static final String INSERT = "INSERT INTO mail_copy (id, account_id, mailbox_id, folder_id, uid_validity,"
            + " uid, clock, received_at, sent_at, copied_at, size_bytes, content_sha256, flags, keywords, message_id,"
            + " subject, sender, recipients, parse_note)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final Handle handle;

    CopyStore(Handle handle) {
        this.handle = handle;
    }

    /** UIDs that are stored, those of originals that have gone apart. */
    Set<Long> uids(long folderId, UidValidity validity) {
        return new HashSet<>(handle.createQuery("SELECT uid FROM mail_copy WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND original_gone_at IS NULL")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .mapTo(Long.class)
                .list());
    }

    /** UIDs of bound or held copies whose originals were found gone; not to be stored twice should they be back. */
    Set<Long> goneUids(long folderId, UidValidity validity) {
        return new HashSet<>(handle.createQuery("SELECT uid FROM mail_copy WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND original_gone_at IS NOT NULL")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .mapTo(Long.class)
                .list());
    }

    /** Copies under another UIDVALIDITY that may be the same originals as now. */
    List<Stranger> strangers(long folderId, UidValidity validity) {
        return handle.createQuery("SELECT id, content_sha256, size_bytes, received_at FROM mail_copy"
                        + " WHERE folder_id = :folder AND uid_validity <> :validity AND original_gone_at IS NULL"
                        + " ORDER BY bind_count > 0 DESC, id")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .map((row, context) -> new Stranger(
                        row.getLong("id"),
                        HexFormat.of().formatHex(row.getBytes("content_sha256")) + "/" + row.getLong("size_bytes"),
                        row.getLong("size_bytes"),
                        SyncStore.instant(row, "received_at")))
                .list();
    }

    /** Gives a copy the number that its original has now; bindings stay as they are. */
    void rematch(Stranger stranger, UidValidity validity, NewCopy now) {
        handle.createUpdate("UPDATE mail_copy SET uid_validity = :validity, uid = :uid, flags = :flags,"
                        + " keywords = :keywords, original_gone_at = NULL WHERE id = :id")
                .bind("id", stranger.id())
                .bind("validity", validity.value())
                .bind("uid", now.uid())
                .bind("flags", now.flags().bits())
                .bindArray("keywords", String.class, now.flags().keywords().toArray())
                .execute();
    }

    /** Copies under another UIDVALIDITY that were not found again: nothing is deleted, they live out their time. */
    long markStrangersGone(long folderId, UidValidity validity, Instant now) {
        return handle.createUpdate("UPDATE mail_copy SET original_gone_at = :now WHERE folder_id = :folder"
                        + " AND uid_validity <> :validity AND original_gone_at IS NULL")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("now", now)
                .execute();
    }

    /**
     * Digests of originals that were purged under another UIDVALIDITY, in another folder or before the mailbox
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

    /** Stores content first and rows second, all or nothing with the transaction. */
    void insert(KnownFolder folder, UidValidity validity, List<NewCopy> copies, Instant now) {
        List<Long> ids = handle.createQuery(
                        "SELECT nextval(pg_get_serial_sequence('mail_copy', 'id')) FROM generate_series(1, :count)")
                .bind("count", copies.size())
                .mapTo(Long.class)
                .list();
        try {
            insertContent(ids, copies);
            insertRows(ids, folder, validity, copies, now);
            new QueryHolds(handle).countOnNew(folder.accountId(), ids);
        } catch (SQLException e) {
            throw new IllegalStateException(
                    copies.size() + " copies of folder " + folder.id() + " were not stored: " + e.getMessage(), e);
        }
        CopyEvents.received(handle, named(folder, ids));
        RuleArrivals.queue(handle, folder.accountId(), ids);
    }

    private static List<CopyEvents.Named> named(KnownFolder folder, List<Long> ids) {
        return ids.stream()
                .map(id -> new CopyEvents.Named(folder.accountId(), folder.mailboxId(), id))
                .toList();
    }

    private void insertContent(List<Long> ids, List<NewCopy> copies) throws SQLException {
        List<InputStream> open = new ArrayList<>();
        try (PreparedStatement statement =
                handle.getConnection().prepareStatement("INSERT INTO mail_content (copy_id, raw) VALUES (?, ?)")) {
            for (int i = 0; i < copies.size(); i++) {
                Content content = copies.get(i).content();
                statement.setLong(1, ids.get(i));
                if (content.file() == null) {
                    statement.setBytes(2, content.bytes());
                } else {
                    open.add(content.open());
                    statement.setBinaryStream(2, open.get(open.size() - 1), (int) content.size());
                }
                statement.addBatch();
            }
            statement.executeBatch();
        } finally {
            closeAll(open);
        }
    }

    private static void closeAll(List<InputStream> streams) {
        for (InputStream stream : streams) {
            try {
                stream.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void insertRows(List<Long> ids, KnownFolder folder, UidValidity validity, List<NewCopy> copies, Instant now)
            throws SQLException {
        try (PreparedStatement row = handle.getConnection().prepareStatement(INSERT)) {
            for (int i = 0; i < copies.size(); i++) {
                NewCopy copy = copies.get(i);
                int at = 0;
                row.setLong(++at, ids.get(i));
                row.setLong(++at, folder.accountId());
                row.setLong(++at, folder.mailboxId());
                row.setLong(++at, folder.id());
                row.setLong(++at, validity.value());
                row.setLong(++at, copy.uid());
                row.setTimestamp(++at, timestamp(Copy.clockOf(copy.receivedAt(), now)));
                row.setTimestamp(++at, timestamp(copy.receivedAt()));
                row.setTimestamp(++at, timestamp(copy.head().sentAt()));
                row.setTimestamp(++at, timestamp(now));
                row.setLong(++at, copy.content().size());
                row.setBytes(++at, copy.content().sha256());
                row.setShort(++at, (short) copy.flags().bits());
                row.setArray(++at, keywords(copy.flags()));
                row.setString(++at, copy.head().messageId());
                row.setString(++at, copy.head().subject());
                row.setString(++at, copy.head().sender());
                row.setString(++at, copy.head().recipients());
                row.setString(++at, copy.head().note());
                row.addBatch();
            }
            row.executeBatch();
        }
    }

    private Array keywords(Flags flags) throws SQLException {
        return handle.getConnection().createArrayOf("text", flags.keywords().toArray());
    }

    private static Timestamp timestamp(Instant instant) {
        return instant == null ? null : Timestamp.from(instant);
    }

    /** Whether any of these flags differs from what is stored; looks without writing. */
    boolean differ(long folderId, UidValidity validity, Map<Long, Flags> server) {
        PendingCommands pending = PendingCommands.look(handle, folderId);
        Map<Long, Flags> flags = pending.shown(validity.value(), server);
        if (pending.differ(validity.value(), server)) {
            return true;
        }
        return handle
                .createQuery("SELECT uid, flags, keywords FROM mail_copy WHERE folder_id = :folder"
                        + " AND uid_validity = :validity")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .map((row, context) -> {
                    Flags now = flags.get(row.getLong("uid"));
                    Array keywords = row.getArray("keywords");
                    List<String> words = keywords == null ? List.of() : List.of((String[]) keywords.getArray());
                    return now != null && !now.equals(new Flags(row.getInt("flags"), words));
                })
                .stream()
                .anyMatch(Boolean::booleanValue);
    }

    /**
     * Lets flags and keywords follow the originals.
     *
     * @return how many copies were changed
     */
    long follow(long folderId, UidValidity validity, Map<Long, Flags> server) {
        Map<Long, Flags> flags = PendingCommands.of(handle, folderId).merge(validity.value(), server);
        long changed = 0;
        List<Map.Entry<Long, Flags>> entries = List.copyOf(flags.entrySet());
        for (int from = 0; from < entries.size(); from += 1_000) {
            PreparedBatch batch = handle.prepareBatch("UPDATE mail_copy SET flags = :flags, keywords = :keywords"
                    + " WHERE folder_id = :folder AND uid_validity = :validity AND uid = :uid"
                    + " AND (flags <> :flags OR coalesce(keywords, '{}') <> CAST(:keywords AS text[]))");
            for (Map.Entry<Long, Flags> entry : entries.subList(from, Math.min(from + 1_000, entries.size()))) {
                batch.bind("folder", folderId)
                        .bind("validity", validity.value())
                        .bind("uid", entry.getKey())
                        .bind("flags", entry.getValue().bits())
                        .bindArray(
                                "keywords",
                                String.class,
                                entry.getValue().keywords().toArray())
                        .add();
            }
            for (int rows : batch.execute()) {
                changed += rows;
            }
        }
        return changed;
    }

    /**
     * Lets copies follow originals that have gone: unbound ones are removed with their content; bound, held
     * or just released ones stay and are marked.
     *
     * @return how many were removed
     */
    long vanish(KnownFolder folder, UidValidity validity, Collection<Long> uids, Instant now) {
        boolean held = handle.createQuery("SELECT a.hold_count + m.hold_count > 0"
                        + " OR coalesce(greatest(a.keep_until, m.keep_until) > :now, false)"
                        + " FROM mailbox m JOIN account a ON a.id = m.account_id WHERE m.id = :mailbox FOR SHARE")
                .bind("mailbox", folder.mailboxId())
                .bind("now", now)
                .mapTo(Boolean.class)
                .one();
        List<Long> removed = held ? List.of() : remove(folder.id(), validity, uids, now);
        CopyEvents.gone(handle, named(folder, removed), CopyEvents.Reason.ORIGINAL_GONE);
        handle.createUpdate("DELETE FROM mail_content WHERE copy_id = ANY (:ids)")
                .bindArray("ids", Long.class, removed.toArray())
                .execute();
        handle.createUpdate("UPDATE mail_copy SET original_gone_at = :now WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND uid = ANY (:uids) AND original_gone_at IS NULL")
                .bind("folder", folder.id())
                .bind("validity", validity.value())
                .bind("now", now)
                .bindArray("uids", Long.class, uids.toArray())
                .execute();
        return removed.size();
    }

    /** Originals that were found gone and are there. */
    void markReturned(long folderId, UidValidity validity, Collection<Long> uids) {
        handle.createUpdate("UPDATE mail_copy SET original_gone_at = NULL WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND uid = ANY (:uids) AND original_gone_at IS NOT NULL")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bindArray("uids", Long.class, uids.toArray())
                .execute();
    }

    private List<Long> remove(long folderId, UidValidity validity, Collection<Long> uids, Instant now) {
        return handle.createQuery("DELETE FROM mail_copy WHERE folder_id = :folder AND uid_validity = :validity"
                        + " AND uid = ANY (:uids) AND bind_count = 0 AND hold_count = 0"
                        + " AND (keep_until IS NULL OR keep_until <= :now) RETURNING id")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("now", now)
                .bindArray("uids", Long.class, uids.toArray())
                .mapTo(Long.class)
                .list();
    }

    /** A copy that was known under another UIDVALIDITY. */
    record Stranger(long id, String fingerprint, long size, Instant receivedAt) {

        boolean isSame(NewCopy copy) {
            return fingerprint.equals(copy.content().fingerprint()) && Objects.equals(receivedAt, copy.receivedAt());
        }
    }
}
