package org.holdfast.sync;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import org.holdfast.mailbox.MailboxState;
import org.jdbi.v3.core.Handle;

/** Reads how far a mailbox is from its lease, its latest pass and its folders. */
final class ProgressQuery {

    private final Handle handle;

    ProgressQuery(Handle handle) {
        this.handle = handle;
    }

    SyncProgress of(long mailboxId, Instant now) {
        return handle.createQuery(
                        "SELECT s.due_at <= clock_timestamp() AND m.state IN ('ACTIVE', 'UNREACHABLE') AS due,"
                                + " coalesce(s.lease_until > clock_timestamp(), false) AS running, s.last_completed,"
                                + " m.state, m.state_reason, s.failures, s.missing_folders, s.due_at,"
                                + " nullif(greatest(s.not_before, (SELECT h.blocked_until FROM provider_host h"
                                + " WHERE h.host = lower(m.imap_host)), clock_timestamp()), clock_timestamp())"
                                + " AS waits_until,"
                                + " s.last_error, p.*,"
                                + " (SELECT coalesce(sum(f.originals), 0) FROM folder_state f JOIN folder d"
                                + " ON d.id = f.folder_id WHERE d.mailbox_id = m.id AND d.gone_at IS NULL) AS originals,"
                                + " (SELECT count(*) FROM mail_copy c WHERE c.mailbox_id = m.id) AS copies"
                                + " FROM mailbox m JOIN mailbox_sync s ON s.mailbox_id = m.id"
                                + " LEFT JOIN LATERAL (SELECT * FROM sync_pass WHERE mailbox_id = m.id"
                                + " ORDER BY id DESC LIMIT 1) p ON true WHERE m.id = :mailbox")
                .bind("mailbox", mailboxId)
                .map((row, context) -> read(mailboxId, row, now))
                .one();
    }

    private static SyncProgress read(long mailboxId, ResultSet row, Instant now) throws SQLException {
        Instant started = instant(row, "started_at");
        Instant ended = instant(row, "ended_at");
        long bytes = row.getLong("bytes");
        long millis = started == null
                ? 0
                : Duration.between(started, ended == null ? now : ended).toMillis();
        return new SyncProgress(
                mailboxId,
                phase(row),
                row.getInt("folders"),
                row.getLong("originals"),
                row.getLong("copies"),
                row.getLong("asked"),
                row.getLong("stored"),
                row.getLong("vanished"),
                row.getLong("quarantined"),
                row.getLong("removed"),
                row.getLong("flagged"),
                bytes,
                millis <= 0 ? 0 : bytes * 1000.0 / millis,
                started,
                ended,
                instant(row, "last_completed"),
                row.getString("last_error"),
                row.getInt("folders_total"),
                row.getLong("moved"),
                row.getLong("planned"),
                row.getLong("planned_bytes"),
                ended == null ? secondsLeft(row, millis) : null,
                instant(row, "waits_until"),
                NextStep.of(
                        MailboxState.valueOf(row.getString("state")),
                        row.getInt("failures"),
                        row.getInt("missing_folders"),
                        instant(row, "waits_until")),
                row.getLong("blocked"));
    }

    /** By bytes, since messages differ in size a thousandfold. */
    private static Long secondsLeft(ResultSet row, long millis) throws SQLException {
        long bytes = row.getLong("bytes");
        long left = Math.max(0, row.getLong("planned_bytes") - bytes);
        return millis <= 0 || bytes <= 0 ? null : Long.valueOf(left * millis / bytes / 1_000);
    }

    private static SyncProgress.Phase phase(ResultSet row) throws SQLException {
        if (row.getBoolean("running")) {
            return SyncProgress.Phase.RUNNING;
        }
        return row.getBoolean("due") ? SyncProgress.Phase.QUEUED : SyncProgress.Phase.IDLE;
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp value = row.getTimestamp(column);
        return value == null ? null : value.toInstant();
    }
}
