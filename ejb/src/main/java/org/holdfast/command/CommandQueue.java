package org.holdfast.command;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.event.EventType;
import org.holdfast.event.Events;
import org.holdfast.mailbox.MailboxRows;
import org.jdbi.v3.core.Handle;

/** The queue in the database. Waits are measured on the database's own clock. */
public final class CommandQueue {

    private static final int OPEN_AT_ONCE = 200;

    /** How long content is kept for another try. */
    private static final Duration KEPT = Duration.ofDays(30);

    /** One that its owner paused, or whose provider refuses, keeps its state and has the plan's stop beside it. */
    private static final String STOPPED = "(m.state IN ('PAUSED_BY_PLAN', 'DISCONNECTED') OR m.plan_stop IS NOT NULL)";

    private static final String WHY_CANCELLED = "CASE m.state WHEN 'DISCONNECTED' THEN 'The mailbox was disconnected'"
            + " ELSE 'The plan does not synchronise the mailbox any more' END";

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public CommandQueue(Handle handle) {
        this.handle = handle;
    }

    /**
     * Queues a command, due at once.
     *
     * @return its id; under a key that was used, the id of the command that it was used for
     * @throws org.holdfast.refusal.Refusal if the key was used for something else
     */
    public long add(NewCommand command, Idempotency once) {
        Optional<Long> inserted = handle.createQuery("INSERT INTO user_command (account_id, mailbox_id, kind, asked_by,"
                        + " asked_by_id, asked_at, idempotency_key, request_sha256, copy_id, folder_id, uid_validity,"
                        + " uid, content_sha256, size_bytes, target_folder_id, add_flags, remove_flags, add_keywords,"
                        + " remove_keywords, folder_name, sending_id, state, due_at) SELECT m.account_id, m.id, :kind,"
                        + " u.email, u.id, :now, :key, :sha, c.id, coalesce(c.folder_id, :folder), c.uid_validity,"
                        + " c.uid, c.content_sha256, c.size_bytes, :target, :add, :remove, :addWords, :removeWords,"
                        + " :name, :sending, 'QUEUED', clock_timestamp() + :wait * interval '1 second'"
                        + " FROM mailbox m JOIN app_user u ON u.id = :user LEFT JOIN mail_copy c ON c.id = :copy"
                        + " WHERE m.id = :mailbox"
                        + " ON CONFLICT (asked_by_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING"
                        + " RETURNING id")
                .bind("kind", command.kind().name())
                .bind("mailbox", command.mailboxId())
                .bind("user", command.askedById())
                .bind("now", command.askedAt())
                .bind("key", once.key())
                .bind("sha", once.key() == null ? null : once.sha256())
                .bind("copy", command.copyId())
                .bind("folder", command.folderId())
                .bind("target", command.targetFolderId())
                .bind("add", command.flags().addBits())
                .bind("remove", command.flags().removeBits())
                .bindArray(
                        "addWords", String.class, command.flags().addKeywords().toArray())
                .bindArray(
                        "removeWords",
                        String.class,
                        command.flags().removeKeywords().toArray())
                .bind("name", command.folderName())
                .bind("sending", command.sendingId())
                .bind("wait", command.delay().toSeconds())
                .mapTo(Long.class)
                .findOne();
        return inserted.orElseGet(() -> before(command.askedById(), once).orElseThrow());
    }

    /**
     * The command that a key was used for; empty if it is new.
     *
     * @throws org.holdfast.refusal.Refusal if it was used for something else
     */
    public Optional<Long> before(long userId, Idempotency once) {
        if (once.key() == null) {
            return Optional.empty();
        }
        Optional<Long> id = handle.createQuery(
                        "SELECT id, request_sha256 FROM user_command WHERE asked_by_id = :user AND idempotency_key = :key")
                .bind("user", userId)
                .bind("key", once.key())
                .map((row, context) -> {
                    once.requireSame(row.getBytes("request_sha256"));
                    return row.getLong("id");
                })
                .findOne();
        return id;
    }

    /** What is to be done now, in the order in which it was asked; nothing overtakes another for the same copy. */
    public List<UserCommand> due(long mailboxId) {
        return handle.createQuery("SELECT * FROM user_command c WHERE c.mailbox_id = :mailbox"
                        + " AND c.state IN ('QUEUED', 'RUNNING') AND c.due_at <= clock_timestamp()"
                        + " AND NOT EXISTS (SELECT FROM user_command e WHERE e.mailbox_id = c.mailbox_id"
                        + " AND e.copy_id = c.copy_id AND e.id < c.id AND e.state IN ('QUEUED', 'RUNNING'))"
                        + " ORDER BY c.id LIMIT :most")
                .bind("mailbox", mailboxId)
                .bind("most", OPEN_AT_ONCE)
                .map((row, context) -> read(row))
                .list();
    }

    /** When something is to be done next, though not now; empty if nothing waits. */
    public Optional<Duration> nextIn(long mailboxId) {
        return handle.createQuery("SELECT greatest(0, extract(epoch FROM min(due_at) - clock_timestamp()))"
                        + " FROM user_command WHERE mailbox_id = :mailbox AND state IN ('QUEUED', 'RUNNING')")
                .bind("mailbox", mailboxId)
                .mapTo(Double.class)
                .findOne()
                .map(seconds -> Duration.ofMillis((long) (seconds * 1_000)));
    }

    /** One command; empty if there is none of that id. */
    public Optional<UserCommand> find(long id) {
        return handle.createQuery("SELECT * FROM user_command WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne();
    }

    /** Commands of a mailbox, the newest first. */
    public List<UserCommand> page(long mailboxId, long beforeId, int limit) {
        return handle.createQuery("SELECT * FROM user_command WHERE mailbox_id = :mailbox AND id < :before"
                        + " ORDER BY id DESC LIMIT :limit")
                .bind("mailbox", mailboxId)
                .bind("before", beforeId)
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list();
    }

    /**
     * Takes a command up under a lease.
     *
     * @return false if it was cancelled meanwhile
     */
    public boolean begin(long id, long leaseToken, Instant now) {
        return handle.createUpdate("UPDATE user_command SET state = 'RUNNING', tries = tries + 1, lease_token = :token,"
                                + " started_at = coalesce(started_at, :now) WHERE id = :id"
                                + " AND state IN ('QUEUED', 'RUNNING')")
                        .bind("id", id)
                        .bind("token", leaseToken)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    /** Notes how far it came; commit this before anything of the step leaves. */
    public void note(long id, CommandJournal journal) {
        handle.createUpdate("UPDATE user_command SET step = :step, step_validity = :validity, step_uid_next = :next,"
                        + " step_uid = :uid WHERE id = :id")
                .bind("id", id)
                .bind("step", journal.step() == null ? null : journal.step().name())
                .bind("validity", journal.uidValidity())
                .bind("next", journal.uidNext())
                .bind("uid", journal.uid())
                .execute();
    }

    /** Notes where the original is taken from; in the transaction that notes the step. */
    public void takenFrom(long id, long folderId, long uidValidity, long uid) {
        handle.createUpdate("UPDATE user_command SET folder_id = :folder, uid_validity = :validity, uid = :uid"
                        + " WHERE id = :id")
                .bind("id", id)
                .bind("folder", folderId)
                .bind("validity", uidValidity)
                .bind("uid", uid)
                .execute();
    }

    /** It is done; null where there is nothing to add. */
    public void done(UserCommand command, String note, Instant now) {
        end(command, CommandState.DONE, null, note, now);
        dropContent(command.id());
    }

    /**
     * It will not be done; subscribers are told.
     *
     * @param keptHere whether the copy keeps what the provider would not take
     */
    public void refuse(UserCommand command, String error, boolean keptHere, Instant now) {
        end(command, CommandState.REFUSED, error, null, now);
        if (keptHere) {
            handle.createUpdate("UPDATE user_command SET kept_here = true WHERE id = :id")
                    .bind("id", command.id())
                    .execute();
        }
        Events.record(
                handle,
                EventType.COMMAND_FAILED,
                command.accountId(),
                "mailbox:" + command.mailboxId(),
                CommandEvents.failed(command, error));
    }

    private void end(UserCommand command, CommandState state, String error, String note, Instant now) {
        handle.createUpdate("UPDATE user_command SET state = :state, error = :error, note = :note, ended_at = :now"
                        + " WHERE id = :id AND state IN ('QUEUED', 'RUNNING')")
                .bind("id", command.id())
                .bind("state", state.name())
                .bind("error", error)
                .bind("note", note)
                .bind("now", now)
                .execute();
    }

    private void dropContent(long id) {
        handle.createUpdate("DELETE FROM command_content WHERE command_id = :id")
                .bind("id", id)
                .execute();
    }

    /**
     * Queues a refused command again: a draft, or the copy of a sent message, whose content is still kept. How far
     * it came stays noted, so that nothing is doubled.
     *
     * @return false for any other command
     */
    public boolean retry(long id) {
        return handle.createUpdate("UPDATE user_command c SET state = 'QUEUED', tries = 0, error = NULL,"
                                + " ended_at = NULL, due_at = clock_timestamp() WHERE id = :id AND state = 'REFUSED'"
                                + " AND ((kind = 'SAVE_DRAFT' AND EXISTS (SELECT FROM command_content"
                                + " WHERE command_id = c.id)) OR (kind = 'FILE_SENT' AND EXISTS"
                                + " (SELECT FROM sending_content WHERE sending_id = c.sending_id)))")
                        .bind("id", id)
                        .execute()
                == 1;
    }

    /**
     * Erases what was kept for another try and is thirty days old, and the traces of sent mail; forgets what copies
     * kept for themselves that are not there any more.
     */
    public static void sweep(Handle handle, Instant now) {
        handle.createUpdate("DELETE FROM command_content k USING user_command c WHERE c.id = k.command_id"
                        + " AND c.state NOT IN ('QUEUED', 'RUNNING') AND c.ended_at <= :before")
                .bind("before", now.minus(KEPT))
                .execute();
        new SentTraces(handle, now).sweep();
        handle.execute("UPDATE user_command c SET kept_here = false WHERE c.kept_here AND c.kind = 'FLAGS'"
                + " AND NOT EXISTS (SELECT FROM mail_copy m WHERE m.id = c.copy_id)");
        handle.execute("DELETE FROM agreed_flags a WHERE NOT EXISTS (SELECT FROM mail_copy m WHERE m.id = a.copy_id)");
    }

    /** Tried again after a wait. */
    public void later(long id, String error, Duration wait) {
        handle.createUpdate("UPDATE user_command SET state = 'QUEUED', error = :error,"
                        + " due_at = clock_timestamp() + :wait * interval '1 millisecond' WHERE id = :id"
                        + " AND state IN ('QUEUED', 'RUNNING')")
                .bind("id", id)
                .bind("error", error)
                .bind("wait", wait.toMillis())
                .execute();
    }

    /**
     * Cancels a command of which nothing has left.
     *
     * @return whether it was still time
     */
    public boolean cancel(long id, String reason, Instant now) {
        Optional<UserCommand> command = find(id);
        int cancelled = handle.createUpdate("UPDATE user_command SET state = 'CANCELLED', error = :reason,"
                        + " ended_at = :now WHERE id = :id AND state = 'QUEUED' AND step IS NULL")
                .bind("id", id)
                .bind("reason", reason)
                .bind("now", now)
                .execute();
        if (cancelled == 1) {
            dropContent(id);
            command.map(UserCommand::copyId).ifPresent(copy -> new ShownFlags(handle).settle(copy, null));
        }
        return cancelled == 1;
    }

    /**
     * Mailboxes for which something waits that will not be done: the plan has stopped them, whatever else stops
     * them too, or they were disconnected. By their ids.
     */
    public static List<Long> stopped(Handle handle) {
        return handle.createQuery("SELECT m.id FROM mailbox m WHERE " + STOPPED + " AND (EXISTS (SELECT FROM"
                        + " user_command c WHERE c.mailbox_id = m.id AND c.state IN ('QUEUED', 'RUNNING'))"
                        + " OR EXISTS (SELECT FROM sending s WHERE s.mailbox_id = m.id AND s.state = 'QUEUED'))"
                        + " ORDER BY m.id")
                .mapTo(Long.class)
                .list();
    }

    /**
     * Cancels everything that waits for a mailbox, if it is still {@link #stopped}; what copies showed of it is
     * taken back.
     *
     * @return how many commands
     */
    public static int cancelIfStopped(Handle handle, long mailboxId) {
        new MailboxRows(handle).lock(mailboxId);
        List<Long> copies = handle.createQuery("UPDATE user_command c SET state = 'CANCELLED',"
                        + " ended_at = transaction_timestamp(), error = " + WHY_CANCELLED
                        + " FROM mailbox m WHERE m.id = :mailbox AND c.mailbox_id = m.id"
                        + " AND c.state IN ('QUEUED', 'RUNNING') AND " + STOPPED
                        + " RETURNING coalesce(c.copy_id, 0)")
                .bind("mailbox", mailboxId)
                .mapTo(Long.class)
                .list();
        ShownFlags shown = new ShownFlags(handle);
        copies.stream().filter(copy -> copy > 0).distinct().sorted().forEach(copy -> shown.settle(copy, null));
        handle.createUpdate("DELETE FROM command_content k USING user_command c WHERE c.id = k.command_id"
                        + " AND c.mailbox_id = :mailbox AND c.state = 'CANCELLED'")
                .bind("mailbox", mailboxId)
                .execute();
        handle.createUpdate("WITH ended AS (UPDATE sending s SET state = 'CANCELLED',"
                        + " ended_at = transaction_timestamp(), error = " + WHY_CANCELLED
                        + " FROM mailbox m WHERE m.id = :mailbox AND s.mailbox_id = m.id AND s.state = 'QUEUED'"
                        + " AND " + STOPPED + " RETURNING s.id)"
                        + " DELETE FROM sending_content k USING ended WHERE k.sending_id = ended.id")
                .bind("mailbox", mailboxId)
                .execute();
        return copies.size();
    }

    /** Makes mailboxes due whose commands are; those that somebody works with at the moment when it is asked again. */
    public static void makeDue(Handle handle) {
        handle.execute("UPDATE mailbox_sync SET due_at = clock_timestamp() WHERE mailbox_id IN"
                + " (SELECT s.mailbox_id FROM mailbox_sync s WHERE s.due_at > clock_timestamp() AND s.failures = 0"
                + " AND s.lease_until IS NULL AND s.mailbox_id IN (SELECT c.mailbox_id FROM user_command c"
                + " WHERE c.state IN ('QUEUED', 'RUNNING') AND c.due_at <= clock_timestamp())"
                + " ORDER BY s.mailbox_id FOR UPDATE SKIP LOCKED)");
    }

    static UserCommand read(ResultSet row) throws SQLException {
        String step = row.getString("step");
        return new UserCommand(
                row.getLong("id"),
                row.getLong("account_id"),
                row.getLong("mailbox_id"),
                CommandKind.valueOf(row.getString("kind")),
                row.getString("asked_by"),
                row.getTimestamp("asked_at").toInstant(),
                number(row, "copy_id"),
                number(row, "folder_id"),
                row.getLong("uid_validity"),
                row.getLong("uid"),
                row.getBytes("content_sha256"),
                row.getLong("size_bytes"),
                number(row, "target_folder_id"),
                PendingCommands.change(row),
                row.getString("folder_name"),
                number(row, "sending_id"),
                CommandState.valueOf(row.getString("state")),
                new CommandJournal(
                        step == null ? null : CommandJournal.Step.valueOf(step),
                        row.getLong("step_validity"),
                        row.getLong("step_uid_next"),
                        row.getLong("step_uid")),
                row.getInt("tries"),
                row.getTimestamp("due_at").toInstant(),
                instant(row, "ended_at"),
                row.getString("error"),
                row.getString("note"),
                row.getBoolean("kept_here"));
    }

    private static Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp value = row.getTimestamp(column);
        return value == null ? null : value.toInstant();
    }
}
