package org.holdfast.sending;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.command.Idempotency;
import org.jdbi.v3.core.Jdbi;

/** Reads messages on their way out. */
final class SendingQuery {

    private static final String SELECT = "SELECT s.*, c.id AS copy_id, EXISTS"
            + " (SELECT FROM sending_content k WHERE k.sending_id = s.id) AS content_kept FROM sending s LEFT JOIN mail_copy c"
            + " ON c.folder_id = s.filed_folder_id AND c.uid_validity = s.filed_validity AND c.uid = s.filed_uid";

    private final Jdbi jdbi;

    SendingQuery(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * The message that a key was used for.
     *
     * @throws org.holdfast.refusal.Refusal if it was used for something else
     */
    Optional<Long> before(long userId, Idempotency once) {
        if (once.key() == null) {
            return Optional.empty();
        }
        return jdbi.withHandle(h -> h.createQuery(
                        "SELECT id, request_sha256 FROM sending WHERE asked_by_id = :user AND idempotency_key = :key")
                .bind("user", userId)
                .bind("key", once.key())
                .map((row, context) -> {
                    once.requireSame(row.getBytes("request_sha256"));
                    return row.getLong("id");
                })
                .findOne());
    }

    Optional<Sending> find(long id) {
        return jdbi.withHandle(h -> h.createQuery(SELECT + " WHERE s.id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findOne());
    }

    List<Sending> page(long mailboxId, long beforeId, int limit) {
        return jdbi.withHandle(h -> h.createQuery(SELECT
                        + " WHERE s.mailbox_id = :mailbox AND s.id < :before ORDER BY s.id DESC" + " LIMIT :limit")
                .bind("mailbox", mailboxId)
                .bind("before", beforeId)
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list());
    }

    /** An upload of the user for the mailbox. */
    Optional<AttachedPart> upload(long id, long mailboxId, long userId) {
        return jdbi.withHandle(h -> h.createQuery("SELECT name, content_type, raw FROM upload WHERE id = :id"
                        + " AND mailbox_id = :mailbox AND uploaded_by = :user")
                .bind("id", id)
                .bind("mailbox", mailboxId)
                .bind("user", userId)
                .map((row, context) ->
                        new AttachedPart(row.getString("name"), row.getString("content_type"), row.getBytes("raw")))
                .findOne());
    }

    private static Sending read(ResultSet row) throws SQLException {
        return new Sending(
                row.getLong("id"),
                row.getLong("account_id"),
                row.getLong("mailbox_id"),
                row.getString("asked_by"),
                row.getTimestamp("asked_at").toInstant(),
                row.getString("message_id"),
                SendingRows.words(row, "recipients"),
                row.getString("subject"),
                row.getLong("size_bytes"),
                SendingState.valueOf(row.getString("state")),
                row.getString("phase"),
                row.getInt("tries"),
                row.getTimestamp("due_at").toInstant(),
                row.getString("error"),
                SendingRows.words(row, "refused_recipients"),
                instant(row, "sent_at"),
                row.getString("sent_by"),
                row.getString("filed_by"),
                number(row, "copy_id"),
                number(row, "bound_copy_id"),
                row.getString("bind_problem"),
                row.getBoolean("content_kept"));
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
