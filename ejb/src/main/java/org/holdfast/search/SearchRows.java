package org.holdfast.search;

import java.time.Instant;
import java.util.List;
import org.holdfast.message.CopyCursor;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Search in the database: ids of copies, newest clock first. */
final class SearchRows {

    private final Handle handle;

    SearchRows(Handle handle) {
        this.handle = handle;
    }

    /**
     * A page of what a query finds.
     *
     * @param mailboxes in these alone
     * @param after where the page before ended; null: from the newest
     */
    List<Long> find(SearchQuery query, List<Long> mailboxes, CopyCursor after, int limit) {
        if (mailboxes.isEmpty()) {
            return List.of();
        }
        Query statement = handle.createQuery(query.hasWords() ? byWords(query, after) : byClock(query, after))
                .bindArray("mailboxes", Long.class, mailboxes.toArray())
                .bind("limit", limit);
        if (query.hasWords()) {
            statement.bind("words", query.words(mailboxes));
        }
        bind(statement, "before", query.before());
        bind(statement, "from", query.after());
        if (after != null) {
            statement.bind("clock", after.clock()).bind("id", after.id());
        }
        return statement.mapTo(Long.class).list();
    }

    private static void bind(Query statement, String name, Instant value) {
        if (value != null) {
            statement.bind(name, value);
        }
    }

    /** The words lead to few entries; the copies are asked only where they have a say. */
    private static String byWords(SearchQuery query, CopyCursor after) {
        String copies = query.bound() == null ? "" : " JOIN mail_copy c ON c.id = e.copy_id";
        return "SELECT e.copy_id FROM search_entry e" + copies
                + " WHERE e.document @@ CAST(:words AS tsquery) AND e.mailbox_id = ANY (:mailboxes)"
                + (query.wantsAttachment() ? " AND e.attachment" : "")
                + bound(query)
                + range(query, after, "e.clock", "e.copy_id")
                + " ORDER BY e.clock DESC, e.copy_id DESC LIMIT :limit";
    }

    /** Each mailbox is read in its order, no further than a page. */
    private static String byClock(SearchQuery query, CopyCursor after) {
        String entries = query.wantsAttachment() ? " JOIN search_entry e ON e.copy_id = c.id AND e.attachment" : "";
        return "SELECT k.id FROM unnest(CAST(:mailboxes AS bigint[])) AS m (id) CROSS JOIN LATERAL"
                + " (SELECT c.id, c.clock FROM mail_copy c" + entries + " WHERE c.mailbox_id = m.id"
                + bound(query)
                + range(query, after, "c.clock", "c.id")
                + " ORDER BY c.clock DESC, c.id DESC LIMIT :limit) k ORDER BY k.clock DESC, k.id DESC LIMIT :limit";
    }

    private static String bound(SearchQuery query) {
        if (query.bound() == null) {
            return "";
        }
        return query.bound() ? " AND c.bind_count > 0" : " AND c.bind_count = 0";
    }

    private static String range(SearchQuery query, CopyCursor after, String clock, String id) {
        return (query.before() == null ? "" : " AND " + clock + " < :before")
                + (query.after() == null ? "" : " AND " + clock + " >= :from")
                + (after == null ? "" : " AND (" + clock + ", " + id + ") < (:clock, :id)");
    }
}
