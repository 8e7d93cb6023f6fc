package org.holdfast.mailbox;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Reads mailboxes with their state, their work and their counts, a page in one statement. */
public final class MailboxLineQuery {

    private static final String COLUMNS = "SELECT m.id, m.account_id, a.name AS account, m.owner_id, u.email AS owner,"
            + " m.address, m.imap_host, m.shared, m.state, m.state_since, m.state_reason, s.last_completed, s.due_at,"
            + " s.last_error, coalesce(s.lease_until > clock_timestamp(), false) AS running,"
            + " (SELECT coalesce(sum(f.originals), 0) FROM folder d JOIN folder_state f ON f.folder_id = d.id"
            + " WHERE d.mailbox_id = m.id AND d.gone_at IS NULL) AS originals,"
            + " (SELECT count(*) FROM mail_copy c WHERE c.mailbox_id = m.id) AS copies,"
            + " (SELECT count(*) FROM folder d JOIN quarantined_original q ON q.folder_id = d.id"
            + " WHERE d.mailbox_id = m.id AND q.tries >= 3) AS unreadable"
            + " FROM mailbox m JOIN account a ON a.id = m.account_id JOIN app_user u ON u.id = m.owner_id"
            + " JOIN mailbox_sync s ON s.mailbox_id = m.id";

    private final Handle handle;

    public MailboxLineQuery(Handle handle) {
        this.handle = handle;
    }

    /**
     * A page in the order of ids.
     *
     * @param user only those that this user owns or has shared with them; empty: all
     * @param afterId the last id of the page before; 0 for the first
     */
    public List<MailboxLine> page(MailboxLineFilter filter, Optional<Long> user, long afterId, int limit) {
        StringBuilder sql = new StringBuilder(COLUMNS).append(" WHERE m.id > :after");
        if (filter.accountId() != null) {
            sql.append(" AND m.account_id = :account");
        }
        if (filter.state() != null) {
            sql.append(" AND m.state = :state");
        }
        if (hasAddress(filter)) {
            sql.append(" AND lower(m.address) LIKE :address");
        }
        if (user.isPresent()) {
            sql.append(" AND m.id IN ").append(MailboxAccess.OF_USER);
        }
        Query query = handle.createQuery(sql.append(" ORDER BY m.id LIMIT :limit"))
                .bind("after", afterId)
                .bind("limit", limit);
        if (filter.accountId() != null) {
            query.bind("account", filter.accountId());
        }
        if (filter.state() != null) {
            query.bind("state", filter.state().name());
        }
        if (hasAddress(filter)) {
            query.bind("address", beginning(filter.address()));
        }
        user.ifPresent(id -> query.bind("user", id));
        return query.map((row, context) -> read(row)).list();
    }

    /** One mailbox; whether the caller may see it has been checked. */
    public Optional<MailboxLine> find(long mailboxId) {
        return handle.createQuery(COLUMNS + " WHERE m.id = :id")
                .bind("id", mailboxId)
                .map((row, context) -> read(row))
                .findOne();
    }

    private static boolean hasAddress(MailboxLineFilter filter) {
        return filter.address() != null && !filter.address().isBlank();
    }

    /** What LIKE takes literally but for the rest at the end. */
    private static String beginning(String address) {
        return address.strip()
                        .toLowerCase(Locale.ROOT)
                        .replace("\\", "\\\\")
                        .replace("%", "\\%")
                        .replace("_", "\\_")
                + "%";
    }

    private static MailboxLine read(ResultSet row) throws SQLException {
        return new MailboxLine(
                row.getLong("id"),
                row.getLong("account_id"),
                row.getString("account"),
                row.getLong("owner_id"),
                row.getString("owner"),
                row.getString("address"),
                row.getString("imap_host"),
                row.getBoolean("shared"),
                MailboxState.valueOf(row.getString("state")),
                instant(row, "state_since"),
                row.getString("state_reason"),
                row.getBoolean("running"),
                instant(row, "last_completed"),
                instant(row, "due_at"),
                row.getString("last_error"),
                row.getLong("originals"),
                row.getLong("copies"),
                row.getLong("unreadable"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp value = row.getTimestamp(column);
        return value == null ? null : value.toInstant();
    }
}
