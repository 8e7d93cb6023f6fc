package org.holdfast.notice;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Reads notices and the changes that they tell of. */
final class NoticeReadings {

    private static final String SELECT = "SELECT n.*, u.email, a.name AS account_name FROM notice n"
            + " JOIN app_user u ON u.id = n.user_id LEFT JOIN account a ON a.id = n.account_id"
            + " WHERE (CAST(:user AS bigint) IS NULL OR (n.user_id = :user AND n.status IN ('SENT', 'UNKNOWN')))";

    private final Handle handle;

    NoticeReadings(Handle handle) {
        this.handle = handle;
    }

    List<Notice> page(Long userId, Long accountId, NoticeStatus status, Long beforeId, int limit) {
        return handle.createQuery(SELECT + " AND (CAST(:account AS bigint) IS NULL OR n.account_id = :account)"
                        + " AND (CAST(:status AS text) IS NULL OR n.status = :status)"
                        + " AND (CAST(:before AS bigint) IS NULL OR n.id < :before) ORDER BY n.id DESC LIMIT :limit")
                .bind("user", userId)
                .bind("account", accountId)
                .bind("status", status == null ? null : status.name())
                .bind("before", beforeId)
                .bind("limit", limit)
                .map((row, context) -> notice(row))
                .list();
    }

    Optional<Notice> find(Long userId, long id) {
        return handle.createQuery(SELECT + " AND n.id = :id")
                .bind("user", userId)
                .bind("id", id)
                .map((row, context) -> notice(row))
                .findOne();
    }

    List<NoticeChange> changes(Long accountId, Long beforeId, int limit) {
        return handle.createQuery("SELECT * FROM notice_change"
                        + " WHERE (CAST(:account AS bigint) IS NULL OR account_id = :account)"
                        + " AND (CAST(:before AS bigint) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit")
                .bind("account", accountId)
                .bind("before", beforeId)
                .bind("limit", limit)
                .map((row, context) -> ChangeFinder.change(row))
                .list();
    }

    private static Notice notice(ResultSet row) throws SQLException {
        String recipient = row.getString("recipient");
        String subject = row.getString("subject");
        return new Notice(
                row.getLong("id"),
                NoticeKind.valueOf(row.getString("kind")),
                Optional.ofNullable(row.getObject("change_id", Long.class)),
                Optional.ofNullable(row.getObject("account_id", Long.class)),
                Optional.ofNullable(row.getString("account_name")),
                row.getLong("user_id"),
                recipient == null ? row.getString("email") : recipient,
                row.getInt("days"),
                ChangeFinder.instant(row, "due_at"),
                NoticeStatus.valueOf(row.getString("status")),
                row.getInt("tries"),
                Optional.ofNullable(row.getString("message_id")),
                Optional.ofNullable(row.getObject("copies", Long.class)),
                subject == null
                        ? Optional.empty()
                        : Optional.of(new Notice.Text(subject, row.getString("plain"), row.getString("html"))),
                Optional.ofNullable(ChangeFinder.instant(row, "sent_at")),
                Optional.ofNullable(row.getString("error")),
                Optional.ofNullable(row.getString("resent_by")));
    }
}
