package org.holdfast.sync;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.holdfast.binding.RuleArrivals;
import org.holdfast.command.PendingCommands;
import org.holdfast.event.CopyEvents;
import org.holdfast.message.Copy;
import org.holdfast.message.Flags;
import org.holdfast.message.Gist;
import org.holdfast.retention.QueryHolds;
import org.holdfast.search.Arrival;
import org.holdfast.search.SearchEntries;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** SQL of a pass around copies and their content. */
final class CopyStore {

    private static final String INSERT = "INSERT INTO mail_copy (id, account_id, mailbox_id, folder_id, uid_validity,"
            + " uid, clock, received_at, sent_at, copied_at, size_bytes, announced_size, content_sha256, flags,"
            + " keywords, message_id, subject, sender, recipients, parse_note)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private final Handle handle;

    CopyStore(Handle handle) {
        this.handle = handle;
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
            new SearchEntries(handle, folder.mailboxId()).add(arrivals(ids, copies, now));
        } catch (SQLException e) {
            throw new IllegalStateException(
                    copies.size() + " copies of folder " + folder.id() + " were not stored: " + e.getMessage(), e);
        }
        CopyEvents.received(
                handle,
                ids.stream()
                        .map(id -> new CopyEvents.Named(folder.accountId(), folder.mailboxId(), id))
                        .toList());
        RuleArrivals.queue(handle, folder.accountId(), ids);
    }

    private static List<Arrival> arrivals(List<Long> ids, List<NewCopy> copies, Instant now) {
        List<Arrival> arrivals = new ArrayList<>();
        for (int i = 0; i < copies.size(); i++) {
            NewCopy copy = copies.get(i);
            try (InputStream content = copy.content().open()) {
                Instant clock = Copy.clockOf(copy.receivedAt(), now);
                arrivals.add(new Arrival(ids.get(i), clock, copy.head(), Gist.read(content)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return arrivals;
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
                row.setObject(++at, copy.announced() == 0 ? null : copy.announced(), Types.BIGINT);
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
                        + " AND uid_validity = :validity AND uid BETWEEN :first AND :last")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind(
                        "first",
                        flags.keySet().stream().min(Comparator.naturalOrder()).orElse(0L))
                .bind(
                        "last",
                        flags.keySet().stream().max(Comparator.naturalOrder()).orElse(0L))
                .map((row, context) -> {
                    Flags now = flags.get(row.getLong("uid"));
                    return now != null && !now.equals(flags(row));
                })
                .stream()
                .anyMatch(Boolean::booleanValue);
    }

    /**
     * Lets flags and keywords follow the originals: copies that differ, in the order of their ids, in which
     * whoever changes many copies locks them.
     *
     * @return how many copies were changed
     */
    long follow(long folderId, UidValidity validity, Map<Long, Flags> server) {
        Map<Long, Flags> flags = PendingCommands.of(handle, folderId).merge(validity.value(), server);
        List<Numbered> differing = differing(folderId, validity, flags);
        long changed = 0;
        for (int from = 0; from < differing.size(); from += 1_000) {
            PreparedBatch batch = handle.prepareBatch("UPDATE mail_copy SET flags = :flags, keywords = :keywords"
                    + " WHERE id = :id AND folder_id = :folder AND uid_validity = :validity AND uid = :uid"
                    + " AND (flags <> :flags OR coalesce(keywords, '{}') <> CAST(:keywords AS text[]))");
            for (Numbered copy : differing.subList(from, Math.min(from + 1_000, differing.size()))) {
                Flags now = flags.get(copy.uid());
                batch.bind("id", copy.id())
                        .bind("folder", folderId)
                        .bind("validity", validity.value())
                        .bind("uid", copy.uid())
                        .bind("flags", now.bits())
                        .bindArray("keywords", String.class, now.keywords().toArray())
                        .add();
            }
            for (int rows : batch.execute()) {
                changed += rows;
            }
        }
        return changed;
    }

    private record Numbered(long id, long uid) {}

    private List<Numbered> differing(long folderId, UidValidity validity, Map<Long, Flags> flags) {
        return handle
                .createQuery("SELECT id, uid, flags, keywords FROM mail_copy WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND uid = ANY(:uids) ORDER BY id")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bindArray("uids", Long.class, flags.keySet().toArray())
                .map((row, context) -> flags.get(row.getLong("uid")).equals(flags(row))
                        ? Optional.<Numbered>empty()
                        : Optional.of(new Numbered(row.getLong("id"), row.getLong("uid"))))
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private static Flags flags(ResultSet row) throws SQLException {
        Array keywords = row.getArray("keywords");
        List<String> words = keywords == null ? List.of() : List.of((String[]) keywords.getArray());
        return new Flags(row.getInt("flags"), words);
    }
}
