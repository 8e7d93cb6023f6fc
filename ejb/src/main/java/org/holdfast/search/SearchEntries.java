package org.holdfast.search;

import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Gives copies their entries: words to search for, and a conversation. Part of the transaction that stores the
 * copies. Conversations that a copy shows to be one are made one.
 */
public final class SearchEntries {

    private static final System.Logger LOG = System.getLogger(SearchEntries.class.getName());

    /** An arrival's clock; 744 hours around it are {@link Conversations#SAME_SUBJECT}. */
    private static final String AT = "CAST('epoch' AS timestamptz) + w.micros * interval '1 microsecond'";

    /** What a document that cannot be is refused with: data, syntax, a limit of the program. */
    private static final Pattern UNUSABLE = Pattern.compile("22...|42601|54...");

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
        knownByIds(links).forEach(known -> conversations.addKnown(known.of(), known.threadId()));
        knownBySubject(arrivals, links).forEach(known -> conversations.addNear(known.of(), known.threadId()));
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

    /** A stored conversation and the link or the copy that leads to it. */
    record Known(long of, long threadId) {}

    /** Conversations that a Message-ID leads to, each but once, however many copies have it. */
    List<Known> knownByIds(List<Links> links) {
        Set<Long> ids = new HashSet<>();
        links.forEach(each -> ids.addAll(each.ids()));
        return handle.createQuery(
                        "SELECT DISTINCT w.link, e.thread_id FROM unnest(CAST(:wanted AS bigint[])) AS w (link)"
                                + " JOIN search_entry e ON e.links @> ARRAY[w.link] AND e.mailbox_id = :mailbox")
                .bindArray("wanted", Long.class, ids.toArray())
                .bind("mailbox", mailboxId)
                .map((row, context) -> new Known(row.getLong("link"), row.getLong("thread_id")))
                .list();
    }

    /** Conversations that a subject leads to, near enough in time; by copy. */
    private List<Known> knownBySubject(List<Arrival> arrivals, List<Links> links) {
        List<Integer> with = IntStream.range(0, links.size())
                .filter(i -> links.get(i).wanted() != 0)
                .boxed()
                .toList();
        return handle.createQuery("SELECT DISTINCT w.copy, e.thread_id FROM unnest(CAST(:copies AS bigint[]),"
                        + " CAST(:wanted AS bigint[]), CAST(:micros AS bigint[])) AS w (copy, link, micros)"
                        + " JOIN search_entry e ON e.links @> ARRAY[w.link] AND e.mailbox_id = :mailbox AND e.clock"
                        + " BETWEEN " + AT + " - interval '744 hours' AND " + AT + " + interval '744 hours'")
                .bindArray(
                        "copies",
                        Long.class,
                        with.stream().map(i -> arrivals.get(i).copyId()).toArray())
                .bindArray(
                        "wanted",
                        Long.class,
                        with.stream().map(i -> links.get(i).wanted()).toArray())
                .bindArray(
                        "micros",
                        Long.class,
                        with.stream()
                                .map(i -> ChronoUnit.MICROS.between(
                                        Instant.EPOCH, arrivals.get(i).clock()))
                                .toArray())
                .bind("mailbox", mailboxId)
                .map((row, context) -> new Known(row.getLong("copy"), row.getLong("thread_id")))
                .list();
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

    /** A document that the database refuses is left empty; no message keeps a mailbox from being stored. */
    private void insert(List<Arrival> arrivals, List<Links> links, Conversations conversations) {
        if (!tried(() -> insert(arrivals, links, conversations, false))) {
            for (int i = 0; i < arrivals.size(); i++) {
                List<Arrival> one = arrivals.subList(i, i + 1);
                List<Links> its = links.subList(i, i + 1);
                if (!tried(() -> insert(one, its, conversations, false))) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "The words of message {0} cannot be searched for",
                            Long.toString(one.get(0).copyId()));
                    insert(one, its, conversations, true);
                }
            }
        }
    }

    /** Under a savepoint of SQL: the transaction is the container's. False if the database refused the values. */
    private boolean tried(Runnable insert) {
        handle.execute("SAVEPOINT search_entries");
        try {
            insert.run();
            handle.execute("RELEASE SAVEPOINT search_entries");
            return true;
        } catch (JdbiException e) {
            if (!(e.getCause() instanceof SQLException cause) || !isUnusable(cause)) {
                throw e;
            }
            handle.execute("ROLLBACK TO SAVEPOINT search_entries");
            handle.execute("RELEASE SAVEPOINT search_entries");
            return false;
        }
    }

    /** A batch has what the database said behind its own failure. */
    private static boolean isUnusable(SQLException failure) {
        for (SQLException each = failure; each != null; each = each.getNextException()) {
            String state = each.getSQLState();
            if (state != null && UNUSABLE.matcher(state).matches()) {
                return true;
            }
        }
        return false;
    }

    private void insert(List<Arrival> arrivals, List<Links> links, Conversations conversations, boolean wordless) {
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
                    .bind("document", wordless ? "" : document(arrival))
                    .add();
        }
        batch.execute();
    }

    private String document(Arrival arrival) {
        return Document.of(mailboxId, arrival.head(), arrival.gist().text().orElse(null));
    }
}
