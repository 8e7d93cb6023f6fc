package org.holdfast.search;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Gives copies their entries: words to search for, and a conversation. Part of the transaction that stores the
 * copies. Conversations that a copy shows to be one are made one.
 */
public final class SearchEntries {

    /** How far apart messages may be that nothing but a subject ties together. */
    private static final Duration SAME_SUBJECT = Duration.ofDays(31);

    private final Handle handle;
    private final long mailboxId;

    public SearchEntries(Handle handle, long mailboxId) {
        this.handle = handle;
        this.mailboxId = mailboxId;
    }

    /** Adds entries; without effect on copies that have one. */
    public void add(List<Arrival> arrivals) {
        if (arrivals.isEmpty()) {
            return;
        }
        lock(handle, mailboxId);
        List<Links> links =
                arrivals.stream().map(arrival -> Links.of(mailboxId, arrival)).toList();
        Conversations conversations = new Conversations();
        known(links).forEach(conversations::add);
        for (int i = 0; i < arrivals.size(); i++) {
            Arrival arrival = arrivals.get(i);
            conversations.place(arrival.copyId(), arrival.clock(), links.get(i));
        }
        conversations.merged().forEach(this::merge);
        insert(arrivals, links, conversations);
    }

    /** One at a time in a mailbox, so that no two arrivals overlook one another. Nothing is waited for behind it. */
    static void lock(Handle handle, long mailboxId) {
        handle.createQuery("SELECT pg_advisory_xact_lock(7316, CAST(:mailbox % 2147483647 AS integer))")
                .bind("mailbox", mailboxId)
                .mapToMap()
                .list();
    }

    private record Known(long threadId, Instant clock, Set<Long> links) {}

    private List<Known> known(List<Links> links) {
        Set<Long> wanted = new HashSet<>();
        links.forEach(each -> {
            wanted.addAll(each.ids());
            if (each.wanted() != 0) {
                wanted.add(each.wanted());
            }
        });
        return handle.createQuery("SELECT thread_id, clock, links FROM search_entry"
                        + " WHERE links && :wanted AND mailbox_id = :mailbox")
                .bindArray("wanted", Long.class, wanted.toArray())
                .bind("mailbox", mailboxId)
                .map((row, context) -> known(row))
                .list();
    }

    private static Known known(ResultSet row) throws SQLException {
        return new Known(
                row.getLong("thread_id"),
                row.getObject("clock", OffsetDateTime.class).toInstant(),
                Set.of((Long[]) row.getArray("links").getArray()));
    }

    /**
     * Waits for nobody: the entries of copies that are being deleted are left alone, and copies whose entries are
     * changed here are not deleted meanwhile.
     */
    private void merge(long from, long into) {
        handle.createUpdate("UPDATE search_entry SET thread_id = :into WHERE copy_id IN (SELECT e.copy_id"
                        + " FROM mail_copy c JOIN search_entry e ON e.copy_id = c.id WHERE e.thread_id = :from"
                        + " FOR KEY SHARE OF c SKIP LOCKED)")
                .bind("into", into)
                .bind("from", from)
                .execute();
    }

    private void insert(List<Arrival> arrivals, List<Links> links, Conversations conversations) {
        PreparedBatch batch = handle.prepareBatch("INSERT INTO search_entry (copy_id, mailbox_id, clock, thread_id,"
                + " links, attachment, document) VALUES (:copy, :mailbox, :clock, :thread, :links, :attachment,"
                + " CAST(:document AS tsvector)) ON CONFLICT DO NOTHING");
        for (int i = 0; i < arrivals.size(); i++) {
            Arrival arrival = arrivals.get(i);
            batch.bind("copy", arrival.copyId())
                    .bind("mailbox", mailboxId)
                    .bind("clock", arrival.clock())
                    .bind("thread", conversations.of(arrival.copyId()))
                    .bindArray("links", Long.class, links.get(i).stored().toArray())
                    .bind("attachment", arrival.gist().attachment())
                    .bind(
                            "document",
                            Document.of(
                                    mailboxId,
                                    arrival.head(),
                                    arrival.gist().text().orElse(null)))
                    .add();
        }
        batch.execute();
    }

    /** Which conversations are one. The oldest by id stands for all. */
    private static final class Conversations {

        private record Place(long threadId, Instant clock) {}

        private final Map<Long, List<Place>> byLink = new HashMap<>();
        private final Map<Long, Long> parents = new HashMap<>();
        private final Set<Long> stored = new HashSet<>();

        void add(Known known) {
            stored.add(known.threadId());
            parents.putIfAbsent(known.threadId(), known.threadId());
            put(known.links(), new Place(known.threadId(), known.clock()));
        }

        void place(long copyId, Instant clock, Links links) {
            parents.put(copyId, copyId);
            for (long id : links.ids()) {
                byLink.getOrDefault(id, List.of()).forEach(place -> join(copyId, place.threadId()));
            }
            for (Place place : byLink.getOrDefault(links.wanted(), List.of())) {
                if (Duration.between(clock, place.clock()).abs().compareTo(SAME_SUBJECT) <= 0) {
                    join(copyId, place.threadId());
                }
            }
            put(links.stored(), new Place(copyId, clock));
        }

        private void put(Set<Long> links, Place place) {
            links.forEach(link ->
                    byLink.computeIfAbsent(link, key -> new ArrayList<>()).add(place));
        }

        private void join(long one, long other) {
            long first = of(one);
            long second = of(other);
            // A conversation that is stored keeps its name.
            boolean keepFirst =
                    stored.contains(first) == stored.contains(second) ? first < second : stored.contains(first);
            parents.put(keepFirst ? second : first, keepFirst ? first : second);
        }

        long of(long id) {
            long at = id;
            while (parents.get(at) != at) {
                at = parents.get(at);
            }
            return at;
        }

        /** Stored conversations that go into others. */
        Map<Long, Long> merged() {
            Map<Long, Long> merged = new HashMap<>();
            new TreeSet<>(stored).stream().filter(id -> of(id) != id).forEach(id -> merged.put(id, of(id)));
            return merged;
        }
    }
}
