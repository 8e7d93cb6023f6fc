package org.holdfast.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;

/**
 * Finds the one entry that names a copy. An entry whose copies lie close together is found by its range; where the
 * others name a copy is kept beside the ledger, and of these entries the recent ones are looked through.
 */
public final class LedgerSearch {

    /** A condition on entries {@code n}: their copies lie so close together that their range leads to them (an index in V15). */
    public static final String DENSE = "(n.last_copy - n.first_copy < 256::bigint * n.copies)";

    private static final String PLACES = "SELECT run_id, places FROM ledger_place"
            + " WHERE int8range(first_copy, last_copy, '[]') @> CAST(:copy AS bigint)";

    private static final String ENTRY =
            "SELECT n.*, r.as_of, r.started_by FROM ledger_entry n" + " JOIN purge_run r ON r.id = n.run_id";

    private static final String UNSWEPT = ENTRY + " JOIN purge_slice s ON s.run_id = n.run_id AND s.number = n.slice"
            + " LEFT JOIN content_sweep w ON w.run_id = n.run_id AND w.slice = n.slice"
            + " WHERE s.entries > coalesce(w.entries, 0) AND n.number > coalesce(w.entries, 0)"
            + " AND :copy BETWEEN n.first_copy AND n.last_copy AND NOT " + DENSE;

    private static final String BY_RANGE =
            ENTRY + " WHERE " + DENSE + " AND int8range(n.first_copy, n.last_copy, '[]') @> CAST(:copy AS bigint)";

    /** Rows fetched at once: each may carry the pack of a large chunk. */
    private static final int FETCH = 8;

    private final Handle handle;

    public LedgerSearch(Handle handle) {
        this.handle = handle;
    }

    /** When, in which run and by which terms a copy was purged; empty if no entry names it. */
    public Optional<LedgerRecord> find(long copyId) {
        return places(copyId).stream()
                .flatMap(place -> at(place, copyId).stream())
                .findFirst()
                .or(() -> among(BY_RANGE, copyId))
                .or(() -> among(UNSWEPT, copyId))
                .map(this::withPlan);
    }

    private List<LedgerEntry.Place> places(long copyId) {
        return handle
                .createQuery(PLACES)
                .bind("copy", copyId)
                .map((row, context) -> LedgerPlaces.find(row.getLong("run_id"), row.getBytes("places"), copyId))
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<LedgerRecord> at(LedgerEntry.Place place, long copyId) {
        return handle.createQuery(ENTRY + " WHERE n.run_id = :run AND n.slice = :slice AND n.number = :number")
                .bind("run", place.runId())
                .bind("slice", place.slice())
                .bind("number", place.number())
                .map((row, context) -> record(row, copyId))
                .findOne()
                .flatMap(found -> found);
    }

    private Optional<LedgerRecord> among(String entries, long copyId) {
        try (ResultIterator<Optional<LedgerRecord>> candidates = handle.createQuery(entries)
                .bind("copy", copyId)
                .setFetchSize(FETCH)
                .map((row, context) -> record(row, copyId))
                .iterator()) {
            while (candidates.hasNext()) {
                Optional<LedgerRecord> found = candidates.next();
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private LedgerRecord withPlan(LedgerRecord found) {
        String plan = handle.createQuery("SELECT plan_code FROM plan_terms WHERE id = :id")
                .bind("id", found.copy().termsId())
                .mapTo(String.class)
                .one();
        return new LedgerRecord(
                found.copy(),
                found.purgedAt(),
                found.runId(),
                found.slice(),
                found.entry(),
                found.asOf(),
                found.startedBy(),
                found.terms(),
                plan);
    }

    private static Optional<LedgerRecord> record(ResultSet row, long copyId) throws SQLException {
        Optional<PurgedCopy> copy = LedgerRows.unpack(row.getBytes("pack")).flatMap(pack -> pack.find(copyId));
        if (copy.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new LedgerRecord(
                copy.get(),
                LedgerRows.instant(row, "recorded_at"),
                row.getLong("run_id"),
                row.getInt("slice"),
                row.getInt("number"),
                LedgerRows.instant(row, "as_of"),
                row.getString("started_by"),
                copy.get().termsId(),
                ""));
    }
}
