package org.holdfast.search;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.holdfast.message.CopyCursor;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Conversations in the database. */
final class ThreadRows {

    /**
     * Each mailbox is read in the order of its copies, no further than a page; a copy stands for its conversation if it
     * is the latest.
     */
    private static final String LATEST =
            "SELECT k.thread_id, k.clock, k.id, k.mailbox_id FROM unnest(CAST(:mailboxes AS bigint[])) AS m (id)"
                    + " CROSS JOIN LATERAL (SELECT e.thread_id, c.clock, c.id, c.mailbox_id FROM mail_copy c"
                    + " JOIN search_entry e ON e.copy_id = c.id WHERE c.mailbox_id = m.id<after>"
                    + " AND NOT EXISTS (SELECT FROM search_entry n WHERE n.thread_id = e.thread_id"
                    + " AND (n.clock, n.copy_id) > (e.clock, e.copy_id))"
                    + " ORDER BY c.clock DESC, c.id DESC LIMIT :limit) k ORDER BY k.clock DESC, k.id DESC LIMIT :limit";

    private static final String LINES = "SELECT t.*, l.subject, s.messages, s.unseen, s.bound, s.earliest,"
            + " ARRAY(SELECT c.sender FROM search_entry e JOIN mail_copy c ON c.id = e.copy_id"
            + " WHERE e.thread_id = t.thread_id AND c.sender IS NOT NULL"
            + " ORDER BY e.clock DESC, e.copy_id DESC LIMIT 30) AS senders FROM ("
            + LATEST + ") t JOIN mail_copy l ON l.id = t.id CROSS JOIN LATERAL (SELECT count(*) AS messages,"
            + " count(*) FILTER (WHERE c.flags & 1 = 0) AS unseen, count(*) FILTER (WHERE c.bind_count > 0) AS bound,"
            + " min(c.clock) AS earliest FROM search_entry e JOIN mail_copy c ON c.id = e.copy_id"
            + " WHERE e.thread_id = t.thread_id) s ORDER BY t.clock DESC, t.id DESC";

    private static final int MOST_SENDERS = 5;

    private final Handle handle;

    ThreadRows(Handle handle) {
        this.handle = handle;
    }

    /**
     * A page, the one with the latest message first.
     *
     * @param after the latest copy of the last conversation of the page before; null: from the start
     */
    List<MailThread> page(List<Long> mailboxes, CopyCursor after, int limit) {
        Query query = handle.createQuery(
                        LINES.replace("<after>", after == null ? "" : " AND (c.clock, c.id) < (:clock, :id)"))
                .bindArray("mailboxes", Long.class, mailboxes.toArray())
                .bind("limit", limit);
        if (after != null) {
            query.bind("clock", after.clock()).bind("id", after.id());
        }
        return query.map((row, context) -> read(row)).list();
    }

    private static MailThread read(ResultSet row) throws SQLException {
        Array senders = row.getArray("senders");
        List<String> all = List.of((String[]) senders.getArray());
        return new MailThread(
                row.getLong("thread_id"),
                row.getLong("mailbox_id"),
                Optional.ofNullable(row.getString("subject")),
                all.stream().distinct().limit(MOST_SENDERS).toList(),
                row.getLong("messages"),
                row.getLong("unseen"),
                row.getLong("bound"),
                row.getObject("earliest", OffsetDateTime.class).toInstant(),
                row.getObject("clock", OffsetDateTime.class).toInstant(),
                row.getLong("id"));
    }

    /** The copies of a conversation, oldest first, in these mailboxes. */
    List<Long> copies(long threadId, List<Long> mailboxes, CopyCursor after, int limit) {
        Query query = handle.createQuery("SELECT copy_id FROM search_entry WHERE thread_id = :thread"
                        + " AND mailbox_id = ANY (:mailboxes)"
                        + (after == null ? "" : " AND (clock, copy_id) > (:clock, :id)")
                        + " ORDER BY clock, copy_id LIMIT :limit")
                .bind("thread", threadId)
                .bindArray("mailboxes", Long.class, mailboxes.toArray())
                .bind("limit", limit);
        if (after != null) {
            query.bind("clock", after.clock()).bind("id", after.id());
        }
        return query.mapTo(Long.class).list();
    }

    /**
     * Copies of a conversation about one of them, oldest first, in these mailboxes.
     *
     * @param eachWay how many before it and how many behind it at most
     */
    List<Long> about(long copyId, List<Long> mailboxes, int eachWay) {
        return handle.createQuery("WITH here AS (SELECT * FROM search_entry WHERE copy_id = :copy), about AS ("
                        + "(SELECT e.copy_id, e.clock FROM here JOIN search_entry e ON e.thread_id = here.thread_id"
                        + " WHERE e.mailbox_id = ANY (:mailboxes) AND (e.clock, e.copy_id) <= (here.clock, here.copy_id)"
                        + " ORDER BY e.clock DESC, e.copy_id DESC LIMIT :eachWay + 1) UNION ALL "
                        + "(SELECT e.copy_id, e.clock FROM here JOIN search_entry e ON e.thread_id = here.thread_id"
                        + " WHERE e.mailbox_id = ANY (:mailboxes) AND (e.clock, e.copy_id) > (here.clock, here.copy_id)"
                        + " ORDER BY e.clock, e.copy_id LIMIT :eachWay))"
                        + " SELECT copy_id FROM about ORDER BY clock, copy_id")
                .bind("copy", copyId)
                .bindArray("mailboxes", Long.class, mailboxes.toArray())
                .bind("eachWay", eachWay)
                .mapTo(Long.class)
                .list();
    }

    /** The conversation of a copy; empty if it has no entry yet. */
    Optional<Long> of(long copyId) {
        return handle.createQuery("SELECT thread_id FROM search_entry WHERE copy_id = :copy")
                .bind("copy", copyId)
                .mapTo(Long.class)
                .findOne();
    }
}
