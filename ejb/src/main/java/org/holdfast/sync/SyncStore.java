package org.holdfast.sync;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.mailbox.TransportSecurity;
import org.jdbi.v3.core.Handle;

/** SQL of a pass around mailboxes and counters. */
final class SyncStore {

    private final Handle handle;

    SyncStore(Handle handle) {
        this.handle = handle;
    }

    Optional<PullTarget> target(long mailboxId) {
        return handle.createQuery("SELECT m.*, s.cancelled_by, EXISTS (SELECT FROM provider_host h"
                        + " WHERE h.host = lower(m.imap_host)) AS host_in_doubt, (SELECT count(*) FROM mailbox o WHERE o.account_id = m.account_id"
                        + " AND o.shared = m.shared AND (m.shared OR o.owner_id = m.owner_id)"
                        + " AND o.state NOT IN ('DISCONNECTED', 'PAUSED_BY_USER')"
                        + " AND (o.chosen_at IS NULL, o.connected_at, o.id)"
                        + " < (m.chosen_at IS NULL, m.connected_at, m.id)) AS rank"
                        + " FROM mailbox m JOIN mailbox_sync s ON s.mailbox_id = m.id WHERE m.id = :mailbox")
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
                row.getLong("rank"),
                row.getString("cancelled_by"),
                row.getBoolean("host_in_doubt"));
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

    long beginPass(long mailboxId, int folders, Instant now) {
        return handle.createQuery("INSERT INTO sync_pass (mailbox_id, started_at, folders_total)"
                        + " VALUES (:mailbox, :now, :folders) RETURNING id")
                .bind("folders", folders)
                .bind("mailbox", mailboxId)
                .bind("now", now)
                .mapTo(Long.class)
                .one();
    }

    void count(long passId, PassCounts counts, int folders) {
        handle.createUpdate("UPDATE sync_pass SET asked = asked + :asked, stored = stored + :stored,"
                        + " vanished = vanished + :vanished, quarantined = quarantined + :quarantined,"
                        + " moved = moved + :moved, removed = removed + :removed, flagged = flagged + :flagged,"
                        + " bytes = bytes + :bytes, blocked = blocked + :blocked,"
                        + " folders = folders + :folders WHERE id = :pass")
                .bind("pass", passId)
                .bind("folders", folders)
                .bind("asked", counts.asked())
                .bind("stored", counts.stored())
                .bind("vanished", counts.vanished())
                .bind("quarantined", counts.quarantined())
                .bind("moved", counts.moved())
                .bind("removed", counts.removed())
                .bind("flagged", counts.flagged())
                .bind("bytes", counts.bytes())
                .bind("blocked", counts.blocked())
                .execute();
    }

    /** What the pass knows now that it has to fetch, beside what it knew before. */
    void plan(long passId, long originals, long bytes) {
        handle.createUpdate(
                        "UPDATE sync_pass SET planned = planned + :originals, planned_bytes = planned_bytes + :bytes"
                                + " WHERE id = :pass")
                .bind("pass", passId)
                .bind("originals", originals)
                .bind("bytes", bytes)
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

    /** UIDs that were purged although arithmetic alone would let them in. */
    Set<Long> purged(long folderId, UidValidity validity) {
        return new HashSet<>(handle.createQuery(
                        "SELECT uid FROM purged_original WHERE folder_id = :folder" + " AND uid_validity = :validity")
                .bind("folder", folderId)
                .bind("validity", validity.value())
                .mapTo(Long.class)
                .list());
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp value = row.getTimestamp(column);
        return value == null ? null : value.toInstant();
    }
}
