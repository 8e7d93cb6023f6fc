package org.holdfast.search;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.holdfast.message.Gist;
import org.holdfast.message.Head;
import org.jdbi.v3.core.Handle;

/**
 * Gives entries to the copies that were there before there were any, newest first, a mailbox after the other. How far it
 * came is written with the entries, so that whoever goes on later loses and repeats nothing.
 */
final class SearchFill {

    private static final System.Logger LOG = System.getLogger(SearchFill.class.getName());

    /** What a message is looked at for lies at its beginning. */
    private static final int HEAD_BYTES = 2 * 1024 * 1024;

    private static final String NEXT =
            "SELECT c.id, c.clock, c.message_id, c.subject, c.sender, c.recipients, c.sent_at FROM mail_copy c"
                    + " JOIN search_fill f ON f.mailbox_id = c.mailbox_id WHERE f.mailbox_id = :mailbox"
                    + " AND (c.clock, c.id) < (f.below_clock, f.below_id)"
                    + " ORDER BY c.clock DESC, c.id DESC LIMIT :most";

    private final Handle handle;

    SearchFill(Handle handle) {
        this.handle = handle;
    }

    /**
     * Goes on until each mailbox is done, or fails: that one is left for the next time.
     *
     * @param step a transaction's work in a mailbox; false once there is nothing left in it
     */
    static void all(List<Long> mailboxes, LongPredicate step, BooleanSupplier stopping) {
        for (long mailbox : mailboxes) {
            try {
                boolean more = true;
                while (more && !stopping.getAsBoolean()) {
                    more = step.test(mailbox);
                }
            } catch (RuntimeException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Search entries of mailbox " + mailbox + " could not be made; tried again in 20 s",
                        innermost(e));
            }
        }
    }

    /** What failed, without the statement around it, which has words of the mail. */
    private static Throwable innermost(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at;
    }

    /** Mailboxes that are not done. */
    List<Long> mailboxes() {
        return handle.createQuery("SELECT mailbox_id FROM search_fill ORDER BY mailbox_id")
                .mapTo(Long.class)
                .list();
    }

    /**
     * Fills the next few of a mailbox, in the transaction of the handle.
     *
     * @return false if there is nothing left, or somebody else is at it
     */
    boolean step(long mailboxId, int most) {
        Optional<Long> mailbox = handle.createQuery(
                        "SELECT mailbox_id FROM search_fill WHERE mailbox_id = :mailbox FOR UPDATE SKIP LOCKED")
                .bind("mailbox", mailboxId)
                .mapTo(Long.class)
                .findOne();
        mailbox.ifPresent(id -> fill(id, most));
        return mailbox.isPresent();
    }

    /** Before any copy is locked: a pass has the two in the other order, but waits here for nothing behind it. */
    private void fill(long mailboxId, int most) {
        SearchEntries.lock(handle, mailboxId);
        List<Found> next = handle.createQuery(NEXT)
                .bind("mailbox", mailboxId)
                .bind("most", most)
                .map((row, context) -> found(row))
                .list();
        if (next.isEmpty()) {
            handle.execute("DELETE FROM search_fill WHERE mailbox_id = ?", mailboxId);
            return;
        }
        List<Long> there = present(next);
        List<Arrival> arrivals = new ArrayList<>();
        next.stream().filter(found -> there.contains(found.id())).forEach(found -> arrivals.add(arrival(found)));
        new SearchEntries(handle, mailboxId).add(arrivals);
        Found last = next.get(next.size() - 1);
        handle.createUpdate("UPDATE search_fill SET below_clock = :clock, below_id = :id WHERE mailbox_id = :mailbox")
                .bind("clock", last.clock())
                .bind("id", last.id())
                .bind("mailbox", mailboxId)
                .execute();
    }

    private record Found(long id, OffsetDateTime clock, Head head) {}

    private static Found found(ResultSet row) throws SQLException {
        return new Found(
                row.getLong("id"),
                row.getObject("clock", OffsetDateTime.class),
                new Head(
                        row.getString("message_id"),
                        null,
                        row.getString("subject"),
                        row.getString("sender"),
                        row.getString("recipients"),
                        null));
    }

    /**
     * Those without an entry, locked against deletion until their entries are in; a purge skips them and comes again. One
     * that is being deleted is left out.
     */
    private List<Long> present(List<Found> found) {
        return handle.createQuery("SELECT c.id FROM mail_copy c WHERE c.id = ANY (:ids)"
                        + " AND NOT EXISTS (SELECT FROM search_entry e WHERE e.copy_id = c.id)"
                        + " FOR KEY SHARE OF c SKIP LOCKED")
                .bindArray("ids", Long.class, found.stream().map(Found::id).toArray())
                .mapTo(Long.class)
                .list();
    }

    private Arrival arrival(Found found) {
        byte[] head = handle.createQuery(
                        "SELECT substring(raw FROM 1 FOR " + HEAD_BYTES + ") FROM mail_content WHERE copy_id = :copy")
                .bind("copy", found.id())
                .mapTo(byte[].class)
                .findOne()
                .orElse(new byte[0]);
        try {
            return new Arrival(
                    found.id(), found.clock().toInstant(), found.head(), Gist.read(new ByteArrayInputStream(head)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether search may still overlook older copies of a mailbox. */
    static boolean isUnderWay(Handle handle, List<Long> mailboxes) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM search_fill WHERE mailbox_id = ANY (:mailboxes))")
                .bindArray("mailboxes", Long.class, mailboxes.toArray())
                .mapTo(Boolean.class)
                .one();
    }
}
