package org.holdfast.retention;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.holdfast.event.CopyEvents;
import org.holdfast.event.EventType;
import org.holdfast.event.Events;
import org.holdfast.ledger.LedgerPack;
import org.holdfast.ledger.LedgerPlaces;
import org.holdfast.ledger.LedgerSearch;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The steps of the content sweep, each a transaction of its own and each harmless when it is done again. */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class ContentRelease {

    private static final String LEASE = "INSERT INTO lease (name, owner, token, until)"
            + " VALUES ('content-sweep', :owner, 1, clock_timestamp() + interval '2 minutes')"
            + " ON CONFLICT (name) DO UPDATE SET owner = :owner, token = lease.token + 1, until = excluded.until"
            + " WHERE lease.owner = :owner OR lease.until < clock_timestamp() RETURNING token";

    private static final String UNSWEPT =
            "SELECT s.run_id, s.number, coalesce(w.entries, 0) AS after, s.entries AS up_to"
                    + " FROM purge_slice s JOIN purge_run r ON r.id = s.run_id"
                    + " LEFT JOIN content_sweep w ON w.run_id = s.run_id AND w.slice = s.number"
                    + " WHERE s.entries > coalesce(w.entries, 0)"
                    + " AND (s.run_id = :run OR r.status NOT IN ('STARTING', 'RUNNING', 'STOPPING')) ORDER BY s.run_id, s.number";

    private static final String PART =
            " WHERE run_id = :runId AND slice = :slice AND number > :after" + " AND number <= :upTo ORDER BY number";

    private static final String RANGES = "SELECT p.number, p.first_copy, p.end_copy,"
            + " (SELECT count(*) FROM mail_copy c WHERE c.id >= p.first_copy AND c.id < p.end_copy) AS copies,"
            + " p.end_copy <= (SELECT last_value FROM mail_copy_id_seq) AS closed"
            + " FROM content_partition p WHERE p.number = ANY(:numbers) ORDER BY p.number";

    private static final String DELETE = "DELETE FROM mail_content t WHERE t.copy_id = ANY(:ids)"
            + " AND NOT EXISTS (SELECT FROM mail_copy c WHERE c.id = t.copy_id)";

    /** Content and copy are stored in one transaction, so that one without the other is released. */
    private static final String DELETE_BETWEEN = "DELETE FROM mail_content t WHERE t.copy_id >= :first"
            + " AND t.copy_id < :end AND NOT EXISTS (SELECT FROM mail_copy c WHERE c.id = t.copy_id"
            + " AND c.id >= :first AND c.id < :end)";

    private Jdbi jdbi;

    @Inject
    void use(Jdbi database) {
        jdbi = database;
    }

    /** Opens ranges for the copies to come. */
    public void extend() {
        jdbi.useHandle(h ->
                h.createQuery("SELECT content_extend()").mapTo(Integer.class).one());
    }

    /** Claims the sweep, or keeps the claim; false while another one holds it. */
    public boolean claim(String owner) {
        return jdbi.withHandle(h -> h.createQuery(LEASE)
                .bind("owner", owner)
                .mapTo(Long.class)
                .findOne()
                .isPresent());
    }

    /** Gives the claim up. */
    public void free(String owner) {
        jdbi.useHandle(h -> h.createUpdate(
                        "UPDATE lease SET until = clock_timestamp() WHERE name = 'content-sweep' AND owner = :owner")
                .bind("owner", owner)
                .execute());
    }

    /** What is to be released: of runs that ended, and of the given run. */
    public List<SlicePart> unswept(Optional<Long> run) {
        return jdbi.withHandle(h -> h.createQuery(UNSWEPT)
                .bind("run", run.orElse(0L))
                .map((row, context) -> new SlicePart(
                        row.getLong("run_id"), row.getInt("number"), row.getInt("after"), row.getInt("up_to")))
                .list());
    }

    /**
     * The ids that one entry names.
     *
     * @param dense whether they lie so close together that the entry is found by its range
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Named(int slice, int entry, boolean dense, long[] ids) {}

    /** The ids that the entries of a part name, entry by entry. */
    public List<Named> named(SlicePart part) {
        return jdbi.withHandle(h -> named(h, part));
    }

    private static List<Named> named(Handle h, SlicePart part) {
        return h.createQuery("SELECT number, pack, " + LedgerSearch.DENSE + " AS dense FROM ledger_entry n" + PART)
                .bindMethods(part)
                .map((row, context) -> new Named(
                        part.slice(),
                        row.getInt("number"),
                        row.getBoolean("dense"),
                        LedgerPack.read(row.getBytes("pack")).copyIds()))
                .list();
    }

    /** By slice, so that the copies of a mailbox come in few events. */
    private static void tell(Handle h, SlicePart part) {
        List<CopyEvents.Named> gone =
                h.createQuery("SELECT pack FROM ledger_entry" + PART).bindMethods(part).mapTo(byte[].class).stream()
                        .flatMap(pack -> LedgerPack.read(pack).copies().stream())
                        .map(copy -> new CopyEvents.Named(copy.accountId(), copy.mailboxId(), copy.copyId()))
                        .toList();
        CopyEvents.gone(h, gone, CopyEvents.Reason.PURGED);
    }

    /** The ranges in which content is to be released, with how much. */
    public List<ReleasedRange> ranges(List<SlicePart> parts) {
        return jdbi.withHandle(h -> {
            NavigableMap<Long, Integer> starts = new TreeMap<>();
            h.createQuery("SELECT number, first_copy FROM content_partition")
                    .map((row, context) -> Map.entry(row.getLong("first_copy"), row.getInt("number")))
                    .forEach(range -> starts.put(range.getKey(), range.getValue()));
            Map<Integer, Long> released = new TreeMap<>();
            for (SlicePart part : parts) {
                for (Named named : named(h, part)) {
                    Arrays.stream(named.ids())
                            .forEach(id -> released.merge(starts.floorEntry(id).getValue(), 1L, Long::sum));
                }
            }
            return h.createQuery(RANGES)
                    .bind("numbers", released.keySet().toArray(Integer[]::new))
                    .map((row, context) -> new ReleasedRange(
                            row.getInt("number"),
                            row.getLong("first_copy"),
                            row.getLong("end_copy"),
                            released.get(row.getInt("number")),
                            row.getLong("copies"),
                            row.getBoolean("closed")))
                    .list();
        });
    }

    /** Empties a range in which no copy is left; false if there is one. */
    public boolean truncate(int range) {
        return jdbi.withHandle(h -> h.createQuery("SELECT content_truncate(:range)")
                .bind("range", range)
                .mapTo(Boolean.class)
                .one());
    }

    /** Writes a range anew with what stays in it. */
    public void rewrite(int range) {
        jdbi.useHandle(h -> h.createQuery("SELECT content_rewrite(:range)")
                .bind("range", range)
                .mapTo(Long.class)
                .one());
    }

    /** Deletes the content of a stretch of ids whose copies are not there. */
    public void deleteBetween(long firstCopy, long endCopy) {
        jdbi.useHandle(h -> h.createUpdate(DELETE_BETWEEN)
                .bind("first", firstCopy)
                .bind("end", endCopy)
                .execute());
    }

    /** Deletes content row by row, unless its copy is there. */
    public void delete(Long[] copyIds) {
        jdbi.useHandle(h -> h.createUpdate(DELETE).bind("ids", copyIds).execute());
    }

    /**
     * Notes that the content of these entries is released, and where copies are named that no range of an entry
     * leads to; tells those who want to hear of removed copies. What another sweep has noted meanwhile, since this
     * one's claim had lapsed, is left at that: nobody is told twice.
     */
    public void swept(List<SlicePart> parts, List<LedgerPlaces> places) {
        jdbi.useHandle(h -> {
            List<SlicePart> noted = parts.stream().filter(part -> note(h, part)).toList();
            if (Events.isWanted(h, EventType.MESSAGE_GONE)) {
                noted.forEach(part -> tell(h, part));
            }
            if (noted.isEmpty()) {
                return;
            }
            PreparedBatch found = h.prepareBatch(
                    "INSERT INTO ledger_place (first_copy, last_copy, run_id, places) VALUES (?, ?, ?, ?)");
            for (LedgerPlaces place : places) {
                found.add(place.firstCopy(), place.lastCopy(), parts.get(0).runId(), place.bytes());
            }
            found.execute();
        });
    }

    /** Whether the part was noted now, and by nobody before. */
    private static boolean note(Handle h, SlicePart part) {
        return h.createUpdate("INSERT INTO content_sweep AS s (run_id, slice, entries) VALUES (:runId, :slice, :upTo)"
                                + " ON CONFLICT (run_id, slice) DO UPDATE SET entries = excluded.entries"
                                + " WHERE s.entries = :after")
                        .bindMethods(part)
                        .execute()
                == 1;
    }
}
