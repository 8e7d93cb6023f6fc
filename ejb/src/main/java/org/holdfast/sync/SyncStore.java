package org.holdfast.sync;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.holdfast.mailbox.FoundFolder;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.mailbox.TransportSecurity;
import org.jdbi.v3.core.Handle;

/** SQL of a pass around mailboxes, folders, watermarks and counters. */
final class SyncStore {

    private static final String FOLDERS = "SELECT f.id, f.mailbox_id, m.account_id, f.wire_name, f.name, s.*"
            + " FROM folder f JOIN mailbox m ON m.id = f.mailbox_id LEFT JOIN folder_state s ON s.folder_id = f.id";

    /** After so many tries an original is left where it is. */
    private static final int GIVEN_UP = 3;

    private final Handle handle;

    SyncStore(Handle handle) {
        this.handle = handle;
    }

    Optional<PullTarget> target(long mailboxId) {
        return handle.createQuery("SELECT m.*, (SELECT count(*) FROM mailbox o WHERE o.account_id = m.account_id"
                        + " AND o.shared = m.shared AND (m.shared OR o.owner_id = m.owner_id)"
                        + " AND o.state NOT IN ('DISCONNECTED', 'PAUSED_BY_USER')"
                        + " AND (o.chosen_at IS NULL, o.connected_at, o.id)"
                        + " < (m.chosen_at IS NULL, m.connected_at, m.id)) AS rank"
                        + " FROM mailbox m WHERE m.id = :mailbox")
                .bind("mailbox", mailboxId)
                .map((row, context) -> target(row))
                .findOne();
    }

    private static PullTarget target(ResultSet row) throws SQLException {
        return new PullTarget(
                row.getLong("id"),
                row.getLong("account_id"),
                new MailServer(
                        row.getString("imap_host"),
                        row.getInt("imap_port"),
                        TransportSecurity.valueOf(row.getString("imap_security"))),
                row.getString("login"),
                row.getBytes("secret"),
                MailboxState.valueOf(row.getString("state")),
                row.getBoolean("shared"),
                row.getLong("rank"));
    }

    /** Moves a mailbox that passes may touch to another state; one that its owner or the plan paused, or ended, stays. */
    void enter(long mailboxId, MailboxState state, String reason, Instant now) {
        handle.createUpdate("UPDATE mailbox SET state = :state, state_reason = :reason,"
                        + " state_since = CASE WHEN state = :state THEN state_since ELSE :now END"
                        + " WHERE id = :mailbox AND state IN ('ACTIVE', 'UNREACHABLE')"
                        + " AND (state <> :state OR state_reason IS DISTINCT FROM :reason)")
                .bind("mailbox", mailboxId)
                .bind("state", state.name())
                .bind("reason", reason)
                .bind("now", now)
                .execute();
    }

    /** Folders that are there and selected, with their watermarks. */
    List<KnownFolder> folders(long mailboxId) {
        return handle.createQuery(
                        FOLDERS + " WHERE f.mailbox_id = :mailbox AND f.gone_at IS NULL AND f.selected ORDER BY"
                                + " upper(f.wire_name) <> 'INBOX', f.wire_name")
                .bind("mailbox", mailboxId)
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
                        instant(row, "filled_from"),
                        row.getLong("originals"),
                        row.getBytes("suspects"));
        return new KnownFolder(
                row.getLong("id"),
                row.getLong("mailbox_id"),
                row.getLong("account_id"),
                row.getString("wire_name"),
                row.getString("name"),
                state);
    }

    /** Adds folders that are new or back; marks those gone that the server no longer lists. */
    void reconcileFolders(long mailboxId, List<FoundFolder> found, Instant now) {
        Set<String> known = new HashSet<>(
                handle.createQuery("SELECT wire_name FROM folder WHERE mailbox_id = :mailbox AND gone_at IS NULL")
                        .bind("mailbox", mailboxId)
                        .mapTo(String.class)
                        .list());
        Set<String> seen = new HashSet<>();
        for (FoundFolder folder : found) {
            boolean twice = !seen.add(folder.wireName());
            if (!twice && !known.remove(folder.wireName()) && !revive(mailboxId, folder)) {
                handle.createUpdate("INSERT INTO folder (mailbox_id, wire_name, name, separator, special_use)"
                                + " VALUES (:mailbox, :wireName, :name, :separator, :specialUse)")
                        .bind("mailbox", mailboxId)
                        .bindMethods(folder)
                        .execute();
            }
        }
        for (String gone : known) {
            handle.createUpdate("UPDATE folder SET gone_at = :now WHERE mailbox_id = :mailbox AND wire_name = :gone"
                            + " AND gone_at IS NULL")
                    .bind("mailbox", mailboxId)
                    .bind("gone", gone)
                    .bind("now", now)
                    .execute();
        }
    }

    /** Whether the folder was there before: it keeps its copies and its watermark. */
    private boolean revive(long mailboxId, FoundFolder folder) {
        return handle.createUpdate("UPDATE folder SET gone_at = NULL WHERE id = (SELECT id FROM folder"
                                + " WHERE mailbox_id = :mailbox AND wire_name = :wireName AND gone_at IS NOT NULL"
                                + " ORDER BY gone_at DESC LIMIT 1)")
                        .bind("mailbox", mailboxId)
                        .bind("wireName", folder.wireName())
                        .execute()
                > 0;
    }

    /**
     * Moves a watermark; only ever in the transaction that completes the work below it. A back-fill mark that
     * a purge or a pause has raised since the pass read it stays raised: what was purged meanwhile lies below it.
     *
     * @param read the watermark as the pass read it; null if there was none
     */
    void advance(long folderId, KnownFolder.Watermark read, KnownFolder.Watermark to, Instant now) {
        handle.createUpdate("INSERT INTO folder_state (folder_id, uid_validity, uid_next, highest_mod_seq, filled_from,"
                        + " originals, suspects, updated_at) VALUES (:folder, :validity, :next, :modSeq, :filledFrom,"
                        + " :originals, :suspects, :now) ON CONFLICT (folder_id) DO UPDATE SET"
                        + " uid_validity = excluded.uid_validity, uid_next = excluded.uid_next,"
                        + " highest_mod_seq = excluded.highest_mod_seq, filled_from = CASE WHEN folder_state.filled_from"
                        + " IS NOT DISTINCT FROM CAST(:readFrom AS timestamptz) THEN excluded.filled_from"
                        + " ELSE folder_state.filled_from END,"
                        + " originals = excluded.originals, suspects = excluded.suspects,"
                        + " updated_at = excluded.updated_at")
                .bind("folder", folderId)
                .bind("validity", to.uidValidity().value())
                .bind("next", to.uidNext())
                .bind("modSeq", to.modSeq().value())
                .bind("readFrom", read == null ? null : read.filledFrom())
                .bind("filledFrom", to.filledFrom())
                .bind("originals", to.originals())
                .bind("suspects", to.suspects())
                .bind("now", now)
                .execute();
    }

    long beginPass(long mailboxId, Instant now) {
        return handle.createQuery("INSERT INTO sync_pass (mailbox_id, started_at) VALUES (:mailbox, :now) RETURNING id")
                .bind("mailbox", mailboxId)
                .bind("now", now)
                .mapTo(Long.class)
                .one();
    }

    void count(long passId, PassCounts counts, int folders) {
        handle.createUpdate("UPDATE sync_pass SET asked = asked + :asked, stored = stored + :stored,"
                        + " vanished = vanished + :vanished, quarantined = quarantined + :quarantined,"
                        + " removed = removed + :removed, flagged = flagged + :flagged, bytes = bytes + :bytes,"
                        + " folders = folders + :folders WHERE id = :pass")
                .bind("pass", passId)
                .bind("folders", folders)
                .bind("asked", counts.asked())
                .bind("stored", counts.stored())
                .bind("vanished", counts.vanished())
                .bind("quarantined", counts.quarantined())
                .bind("removed", counts.removed())
                .bind("flagged", counts.flagged())
                .bind("bytes", counts.bytes())
                .execute();
    }

    void endPass(long passId, String outcome, String error, Instant now) {
        handle.createUpdate("UPDATE sync_pass SET ended_at = :now, outcome = :outcome, error = :error WHERE id = :pass")
                .bind("pass", passId)
                .bind("outcome", outcome)
                .bind("error", error)
                .bind("now", now)
                .execute();
    }

    /** UIDs that were given up. */
    Set<Long> quarantined(long folderId, UidValidity validity) {
        return uids(
                "SELECT uid FROM quarantined_original WHERE folder_id = :folder AND uid_validity = :validity"
                        + " AND tries >= " + GIVEN_UP,
                folderId,
                validity);
    }

    /** UIDs that were tried in vain and are not given up, with how often. */
    Map<Long, Integer> suspects(long folderId, UidValidity validity) {
        return handle.createQuery("SELECT uid, tries FROM quarantined_original WHERE folder_id = :folder"
                        + " AND uid_validity = :validity AND tries < :givenUp")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("givenUp", GIVEN_UP)
                .reduceRows(new HashMap<>(), (found, row) -> {
                    found.put(row.getColumn("uid", Long.class), row.getColumn("tries", Integer.class));
                    return found;
                });
    }

    void tried(long folderId, UidValidity validity, Collection<Long> uids, String reason, Instant now) {
        handle.createUpdate("INSERT INTO quarantined_original (folder_id, uid_validity, uid, reason, first_seen,"
                        + " last_tried) SELECT :folder, :validity, tried.uid, :reason, :now, :now"
                        + " FROM unnest(CAST(:uids AS bigint[])) AS tried (uid)"
                        + " ON CONFLICT (folder_id, uid_validity, uid) DO UPDATE SET reason = excluded.reason,"
                        + " last_tried = excluded.last_tried, tries = quarantined_original.tries + 1")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bindArray("uids", Long.class, uids.toArray())
                .bind("reason", reason)
                .bind("now", now)
                .execute();
    }

    /** UIDs that were purged although arithmetic alone would let them in. */
    Set<Long> purged(long folderId, UidValidity validity) {
        return uids(
                "SELECT uid FROM purged_original WHERE folder_id = :folder AND uid_validity = :validity",
                folderId,
                validity);
    }

    private Set<Long> uids(String query, long folderId, UidValidity validity) {
        return new HashSet<>(handle.createQuery(query)
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .mapTo(Long.class)
                .list());
    }

    void quarantine(long folderId, UidValidity validity, long uid, String reason, Instant now) {
        handle.createUpdate("INSERT INTO quarantined_original (folder_id, uid_validity, uid, reason, first_seen,"
                        + " last_tried, tries) VALUES (:folder, :validity, :uid, :reason, :now, :now, :givenUp)"
                        + " ON CONFLICT (folder_id, uid_validity, uid) DO UPDATE SET reason = excluded.reason,"
                        + " last_tried = excluded.last_tried,"
                        + " tries = greatest(excluded.tries, quarantined_original.tries + 1)")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bind("uid", uid)
                .bind("givenUp", GIVEN_UP)
                .bind("reason", reason)
                .bind("now", now)
                .execute();
    }

    void release(long folderId, UidValidity validity, Collection<Long> uids) {
        handle.createUpdate("DELETE FROM quarantined_original WHERE folder_id = :folder AND uid_validity = :validity"
                        + " AND uid = ANY (:uids)")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .bindArray("uids", Long.class, uids.toArray())
                .execute();
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp value = row.getTimestamp(column);
        return value == null ? null : value.toInstant();
    }
}
