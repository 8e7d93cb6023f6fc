package org.holdfast.command;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.message.FlagChange;
import org.holdfast.message.Flags;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Changes of flags in a folder that the provider has not acknowledged: a pull lays them over what the server
 * says, so that it does not undo them. Pending changes win until they are acknowledged; every other flag
 * follows the server.
 */
public final class PendingCommands {

    /** By the mailbox: a copy may have moved since its command was asked for. */
    public static final String QUERY = "SELECT c.id, c.copy_id, m.uid_validity, m.uid, c.add_flags, c.remove_flags,"
            + " c.add_keywords, c.remove_keywords, c.kept_here, a.flags, a.keywords FROM user_command c"
            + " JOIN mail_copy m ON m.id = c.copy_id LEFT JOIN agreed_flags a ON a.copy_id = c.copy_id"
            + " WHERE c.mailbox_id = (SELECT mailbox_id FROM folder WHERE id = :folder) AND m.folder_id = :folder"
            + " AND c.kind = 'FLAGS' AND (c.state IN ('QUEUED', 'RUNNING') OR c.kept_here) ORDER BY c.id";

    private final Handle handle;
    private final Map<Key, Pending> changes;
    private final List<Kept> kept;

    private PendingCommands(Handle handle, Map<Key, Pending> changes, List<Kept> kept) {
        this.handle = handle;
        this.changes = changes;
        this.kept = kept;
    }

    /**
     * Those of a folder, in the transaction that lets its copies follow. Until it ends nobody adds one.
     */
    public static PendingCommands of(Handle handle, long folderId) {
        handle.createQuery("SELECT id FROM folder WHERE id = :folder FOR NO KEY UPDATE")
                .bind("folder", folderId)
                .mapTo(Long.class)
                .findFirst();
        return look(handle, folderId);
    }

    /** Those of a folder at this moment. */
    public static PendingCommands look(Handle handle, long folderId) {
        List<Kept> kept = new ArrayList<>();
        Map<Key, Pending> found = handle.createQuery(QUERY)
                .bind("folder", folderId)
                .reduceResultSet(new HashMap<>(), (all, row, context) -> {
                    Key key = new Key(row.getLong("uid_validity"), row.getLong("uid"));
                    Pending pending =
                            all.getOrDefault(key, new Pending(row.getLong("copy_id"), agreed(row), NO_CHANGE));
                    all.put(key, pending.then(change(row)));
                    if (row.getBoolean("kept_here")) {
                        kept.add(new Kept(row.getLong("id"), row.getLong("copy_id"), key, change(row)));
                    }
                    return all;
                });
        return new PendingCommands(handle, found, kept);
    }

    private static final Change NO_CHANGE = flags -> flags;

    private static Flags agreed(ResultSet row) throws SQLException {
        int bits = row.getInt("flags");
        return row.wasNull() ? null : new Flags(bits, words(row, "keywords"));
    }

    static FlagChange change(ResultSet row) throws SQLException {
        return new FlagChange(
                row.getInt("add_flags"),
                row.getInt("remove_flags"),
                words(row, "add_keywords"),
                words(row, "remove_keywords"));
    }

    static List<String> words(ResultSet row, String column) throws SQLException {
        Array words = row.getArray(column);
        return words == null ? List.of() : List.of((String[]) words.getArray());
    }

    /**
     * What copies are to show, and what the server agreed to is noted.
     *
     * @param server flags as the server has them, by UID
     */
    public Map<Long, Flags> merge(long uidValidity, Map<Long, Flags> server) {
        Map<Long, Flags> shown = shown(uidValidity, server);
        if (!changes.isEmpty()) {
            note(uidValidity, server);
            forget(uidValidity, server);
        }
        return shown;
    }

    /** As {@link #merge}, without noting anything. */
    public Map<Long, Flags> shown(long uidValidity, Map<Long, Flags> server) {
        if (changes.isEmpty()) {
            return server;
        }
        Map<Long, Flags> shown = new HashMap<>(server);
        shown.replaceAll((uid, flags) -> {
            Pending pending = changes.get(new Key(uidValidity, uid));
            return pending == null ? flags : pending.change().applyTo(flags);
        });
        return shown;
    }

    /** Whether the server has other flags than were agreed, of a copy with changes under way. */
    public boolean differ(long uidValidity, Map<Long, Flags> server) {
        return changes.entrySet().stream()
                .filter(each -> each.getKey().uidValidity() == uidValidity)
                .anyMatch(each -> {
                    Flags now = server.get(each.getKey().uid());
                    return now != null && !now.equals(each.getValue().agreed());
                });
    }

    private void note(long uidValidity, Map<Long, Flags> server) {
        PreparedBatch batch = handle.prepareBatch("INSERT INTO agreed_flags (copy_id, flags, keywords)"
                + " VALUES (:copy, :flags, :keywords) ON CONFLICT (copy_id) DO UPDATE SET flags = excluded.flags,"
                + " keywords = excluded.keywords");
        changes.forEach((key, pending) -> {
            Flags now = key.uidValidity() == uidValidity ? server.get(key.uid()) : null;
            if (now != null) {
                batch.bind("copy", pending.copyId())
                        .bind("flags", now.bits())
                        .bindArray("keywords", String.class, now.keywords().toArray())
                        .add();
            }
        });
        if (batch.size() > 0) {
            batch.execute();
        }
    }

    /** What a copy keeps for itself is nothing special any more once the server has it too. */
    private void forget(long uidValidity, Map<Long, Flags> server) {
        List<Kept> settled = kept.stream()
                .filter(each -> each.key().uidValidity() == uidValidity)
                .filter(each -> server.containsKey(each.key().uid()))
                .filter(each ->
                        each.change().missingIn(server.get(each.key().uid())).isEmpty())
                .toList();
        if (settled.isEmpty()) {
            return;
        }
        handle.createUpdate("UPDATE user_command SET kept_here = false WHERE id = ANY (:ids)")
                .bindArray("ids", Long.class, settled.stream().map(Kept::id).toArray())
                .execute();
        handle.createUpdate("DELETE FROM agreed_flags a WHERE a.copy_id = ANY (:copies) AND NOT EXISTS"
                        + " (SELECT FROM user_command c WHERE c.copy_id = a.copy_id AND c.kind = 'FLAGS'"
                        + " AND (c.state IN ('QUEUED', 'RUNNING') OR c.kept_here))")
                .bindArray(
                        "copies", Long.class, settled.stream().map(Kept::copyId).toArray())
                .execute();
    }

    private record Kept(long id, long copyId, Key key, FlagChange change) {}

    private record Key(long uidValidity, long uid) {}

    /** One change after another. */
    @FunctionalInterface
    private interface Change {
        Flags applyTo(Flags flags);
    }

    private record Pending(long copyId, Flags agreed, Change change) {

        Pending then(FlagChange next) {
            return new Pending(copyId, agreed, flags -> next.applyTo(change.applyTo(flags)));
        }
    }
}
