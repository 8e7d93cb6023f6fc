package org.holdfast.sending;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** SQL around messages on their way out. Leases are measured on the database's own clock. */
public final class SendingRows {

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public SendingRows(Handle handle) {
        this.handle = handle;
    }

    /** A message as it goes out. */
    public Optional<Outgoing> outgoing(long id) {
        return handle.createQuery("SELECT s.*, coalesce(c.raw, '') AS raw FROM sending s LEFT JOIN sending_content c"
                        + " ON c.sending_id = s.id WHERE s.id = :id")
                .bind("id", id)
                .map((row, context) -> new Outgoing(
                        row.getLong("id"),
                        row.getLong("mailbox_id"),
                        row.getString("message_id"),
                        row.getString("sender"),
                        words(row, "recipients"),
                        row.getBytes("raw")))
                .findOne();
    }

    static List<String> words(ResultSet row, String column) throws SQLException {
        Array words = row.getArray(column);
        return words == null ? List.of() : List.of((String[]) words.getArray());
    }

    /** Whether a message was sent no longer ago than that. */
    public boolean sentWithin(long id, Duration time) {
        return handle.createQuery(
                        "SELECT coalesce(asked_wall > clock_timestamp() - :seconds * interval '1 second', false)"
                                + " FROM (SELECT max(ended_wall) AS asked_wall FROM sending WHERE id = :id) AS s")
                .bind("id", id)
                .bind("seconds", time.toSeconds())
                .mapTo(Boolean.class)
                .one();
    }

    /** Whether the provider of a mailbox files what is sent by itself, as seen or as known of its host. */
    public boolean providerFiles(long mailboxId) {
        return handle.createQuery("SELECT coalesce(h.provider_files, m.smtp_host ~ :known, false) FROM mailbox m"
                        + " LEFT JOIN sent_habit h ON h.mailbox_id = m.id WHERE m.id = :mailbox")
                .bind("mailbox", mailboxId)
                .bind("known", "(^|\\.)(gmail\\.com|googlemail\\.com|office365\\.com|outlook\\.com)$")
                .mapTo(Boolean.class)
                .one();
    }

    /** Remembers what the provider did. */
    public void noteHabit(long mailboxId, boolean providerFiles, Instant now) {
        handle.createUpdate(
                        "INSERT INTO sent_habit (mailbox_id, provider_files, seen_at) VALUES (:mailbox, :files, :now)"
                                + " ON CONFLICT (mailbox_id) DO UPDATE SET provider_files = excluded.provider_files,"
                                + " seen_at = excluded.seen_at")
                .bind("mailbox", mailboxId)
                .bind("files", providerFiles)
                .bind("now", now)
                .execute();
    }

    /** It lies in Sent: from now on that copy is the one that is kept, once it is bound where that was wanted. */
    public void filed(long id, long folderId, long uidValidity, long uid, boolean byProvider) {
        handle.createUpdate("UPDATE sending SET filed_by = :by, filed_folder_id = :folder, filed_validity = :validity,"
                        + " filed_uid = :uid WHERE id = :id")
                .bind("id", id)
                .bind("by", byProvider ? "PROVIDER" : "HOLDFAST")
                .bind("folder", folderId)
                .bind("validity", uidValidity)
                .bind("uid", uid)
                .execute();
        dropFiledContent(id);
    }

    /** Erases the content of a message that lies in Sent and has nothing to wait for. */
    void dropFiledContent(long id) {
        handle.createUpdate("DELETE FROM sending_content k USING sending s WHERE s.id = k.sending_id AND s.id = :id"
                        + " AND s.filed_by IS NOT NULL AND (s.bind_kind IS NULL OR s.bound_copy_id IS NOT NULL)")
                .bind("id", id)
                .execute();
    }

    /** A message of which nobody knew lies in Sent: it left. */
    public void foundInSent(long id, long folderId, long uidValidity, long uid, Instant now) {
        if (lockIn(id, SendingState.UNKNOWN)) {
            new SendingOutcomes(handle, now).foundInSent(id);
            filed(id, folderId, uidValidity, uid, true);
        }
    }

    /**
     * Cancels a message that is not under way at this moment.
     *
     * @return whether it was still time
     */
    public boolean cancel(long id, String reason, Instant now) {
        boolean cancelled = handle.createUpdate("UPDATE sending SET state = 'CANCELLED', error = :reason,"
                                + " ended_at = :now WHERE id = :id"
                                + " AND (state = 'QUEUED' OR (state = 'SENDING' AND phase = 'CONNECT'))")
                        .bind("id", id)
                        .bind("reason", reason)
                        .bind("now", now)
                        .execute()
                == 1;
        if (cancelled) {
            handle.createUpdate("DELETE FROM sending_content WHERE sending_id = :id")
                    .bind("id", id)
                    .execute();
        }
        return cancelled;
    }

    /** As {@link #cancel}, only while it waits. */
    boolean cancelQueued(long id, String reason, Instant now) {
        return lockIn(id, SendingState.QUEUED) && cancel(id, reason, now);
    }

    /** Whether it is in a state, which it then keeps until the transaction ends. */
    boolean lockIn(long id, SendingState state) {
        return handle.createQuery("SELECT state FROM sending WHERE id = :id FOR UPDATE")
                .bind("id", id)
                .mapTo(String.class)
                .findOne()
                .filter(state.name()::equals)
                .isPresent();
    }

    /**
     * A message of which nobody knew was not sent, as its sender says.
     *
     * @return whether nobody knew
     */
    public boolean markUnsent(long id, String by, Instant now) {
        return handle.createUpdate("UPDATE sending SET state = 'REFUSED', ended_at = :now, error = :error"
                                + " WHERE id = :id AND state = 'UNKNOWN'")
                        .bind("id", id)
                        .bind("now", now)
                        .bind("error", by + " says that nobody received it")
                        .execute()
                == 1;
    }

    /** Queues a message that nobody received again, by its sender's will; not without its content. */
    public boolean again(long id) {
        return handle.createUpdate("UPDATE sending SET state = 'QUEUED', tries = 0, error = NULL, ended_at = NULL,"
                                + " due_at = clock_timestamp() WHERE id = :id AND state = 'REFUSED'"
                                + " AND EXISTS (SELECT FROM sending_content WHERE sending_id = :id)")
                        .bind("id", id)
                        .execute()
                == 1;
    }
}
