package org.holdfast.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.holdfast.ledger.RunHeader.SliceHead;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;

/** The ledger in the database: appends, seals, verifies. Works inside the transaction of its handle. */
public final class LedgerRows {

    private static final String HEADER = "r.id, r.as_of, r.scope_kind || coalesce(':' || r.scope_ref, '') AS scope,"
            + " r.started_by, r.started_at, r.terms";

    private static final String SLICE = "s.number AS slice, s.entries, s.purged_copies, s.purged_bytes, s.head";

    /** One statement, so one snapshot: a purge that runs meanwhile does not look like a break. */
    private static final String EVERYTHING = "SELECT " + HEADER + ", r.status = 'COMPLETED' AS completed,"
            + " r.seal_number, r.previous_seal, r.seal, " + SLICE + ", n.number AS entry, n.recorded_at,"
            + " n.first_account, n.last_account, n.first_copy, n.last_copy, n.copies, n.bytes, n.pack,"
            + " n.previous_hash, n.hash"
            + " FROM purge_run r LEFT JOIN purge_slice s ON s.run_id = r.id"
            + " LEFT JOIN ledger_entry n ON n.run_id = s.run_id AND n.slice = s.number"
            + " ORDER BY r.seal_number NULLS LAST, r.id, s.number, n.number";

    /** Rows fetched at once: each may carry the pack of a large chunk. */
    private static final int FETCH = 8;

    private static final int TELL_EVERY = 64;

    private final Handle handle;

    public LedgerRows(Handle handle) {
        this.handle = handle;
    }

    /** What is fixed of a run that exists. */
    public RunHeader header(long runId) {
        return handle.createQuery("SELECT " + HEADER + " FROM purge_run r WHERE r.id = :run")
                .bind("run", runId)
                .map((row, context) -> header(row))
                .one();
    }

    /** Stores an entry; refused by the database if its number is taken. */
    public void append(LedgerEntry entry) {
        LedgerPack.Summary sums = entry.pack().summary();
        handle.createUpdate("INSERT INTO ledger_entry (run_id, slice, number, recorded_at, first_account, last_account,"
                        + " first_copy, last_copy, copies, bytes, pack, previous_hash, hash) VALUES (:run, :slice,"
                        + " :number, :at, :firstAccount, :lastAccount, :firstCopy, :lastCopy, :copies, :bytes, :pack,"
                        + " :previous, :hash)")
                .bind("run", entry.runId())
                .bind("slice", entry.slice())
                .bind("number", entry.number())
                .bind("at", entry.recordedAt())
                .bind("firstAccount", sums.firstAccount())
                .bind("lastAccount", sums.lastAccount())
                .bind("firstCopy", sums.firstCopy())
                .bind("lastCopy", sums.lastCopy())
                .bind("copies", sums.copies())
                .bind("bytes", sums.bytes())
                .bind("pack", entry.pack().bytes())
                .bind("previous", entry.previous().bytes())
                .bind("hash", entry.hash().bytes())
                .execute();
    }

    /** Seals a run whose slices are all done, after the run that was sealed last. */
    public void seal(long runId) {
        List<SliceHead> slices = handle.createQuery(
                        "SELECT " + SLICE + " FROM purge_slice s WHERE s.run_id = :run ORDER BY s.number")
                .bind("run", runId)
                .map((row, context) -> sliceHead(row))
                .list();
        Sealed last = handle.createQuery(
                        "SELECT seal_number, seal FROM purge_run WHERE seal IS NOT NULL ORDER BY seal_number DESC LIMIT 1")
                .map((row, context) -> new Sealed(row.getLong("seal_number"), LedgerHash.of(row.getBytes("seal"))))
                .findOne()
                .orElse(new Sealed(0, LedgerHash.ZERO));
        LedgerHash seal = header(runId).seal(last.seal(), last.number() + 1, slices);
        handle.createUpdate("UPDATE purge_run SET seal_number = :number, previous_seal = :previous, seal = :seal"
                        + " WHERE id = :run AND seal IS NULL")
                .bind("number", last.number() + 1)
                .bind("previous", last.seal().bytes())
                .bind("seal", seal.bytes())
                .bind("run", runId)
                .execute();
    }

    /** Recomputes everything, in bounded memory; needs a transaction, else the driver reads it all at once. */
    public Verification verify() {
        return verify(progress -> {});
    }

    /**
     * The same, telling now and then how far it is.
     *
     * @param told called on this thread, every {@value #TELL_EVERY} entries and at the end
     */
    public Verification verify(Consumer<VerificationProgress> told) {
        VerificationProgress all = handle.createQuery("SELECT coalesce(sum(entries), 0) AS entries,"
                        + " coalesce(sum(purged_copies), 0) AS copies FROM purge_slice")
                .map((row, context) -> new VerificationProgress(0, row.getLong("entries"), 0, row.getLong("copies")))
                .one();
        LedgerVerifier verifier = new LedgerVerifier();
        try (ResultIterator<Row> rows = handle.createQuery(EVERYTHING)
                .setFetchSize(FETCH)
                .map((row, context) -> row(row))
                .iterator()) {
            tell(rows, verifier, all, told);
        }
        Verification found = verifier.finish();
        told.accept(all.at(found.entries(), found.copies()));
        return found;
    }

    private static void tell(
            Iterator<Row> rows,
            LedgerVerifier verifier,
            VerificationProgress all,
            Consumer<VerificationProgress> told) {
        long run = 0;
        int slice = 0;
        long entries = 0;
        long copies = 0;
        while (rows.hasNext() && !verifier.isBroken()) {
            Row row = rows.next();
            if (row.run().header().runId() != run) {
                run = row.run().header().runId();
                slice = 0;
                verifier.run(row.run());
            }
            if (row.slice().isPresent() && row.slice().get().number() != slice) {
                slice = row.slice().get().number();
                verifier.slice(row.slice().get());
            }
            if (row.entry().isPresent()) {
                verifier.entry(row.entry().get());
                copies += row.entry().get().columns().copies();
                if (++entries % TELL_EVERY == 0) {
                    told.accept(all.at(entries, copies));
                }
            }
        }
    }

    private record Sealed(long number, LedgerHash seal) {}

    private record Row(LedgerVerifier.Run run, Optional<SliceHead> slice, Optional<LedgerVerifier.Stored> entry) {}

    private static Row row(ResultSet row) throws SQLException {
        byte[] seal = row.getBytes("seal");
        LedgerVerifier.Run run = new LedgerVerifier.Run(
                header(row),
                row.getBoolean("completed"),
                row.getLong("seal_number"),
                seal == null ? null : LedgerHash.of(row.getBytes("previous_seal")),
                seal == null ? null : LedgerHash.of(seal));
        Optional<SliceHead> slice = row.getObject("slice") == null ? Optional.empty() : Optional.of(sliceHead(row));
        return new Row(run, slice, row.getObject("entry") == null ? Optional.empty() : Optional.of(stored(row)));
    }

    private static RunHeader header(ResultSet row) throws SQLException {
        return new RunHeader(
                row.getLong("id"),
                instant(row, "as_of"),
                row.getString("scope"),
                row.getString("started_by"),
                instant(row, "started_at"),
                row.getString("terms"));
    }

    private static SliceHead sliceHead(ResultSet row) throws SQLException {
        return new SliceHead(
                row.getInt("slice"),
                row.getInt("entries"),
                row.getLong("purged_copies"),
                row.getLong("purged_bytes"),
                LedgerHash.of(row.getBytes("head")));
    }

    private static LedgerVerifier.Stored stored(ResultSet row) throws SQLException {
        return new LedgerVerifier.Stored(
                new LedgerEntry.Place(row.getLong("id"), row.getInt("slice"), row.getInt("entry")),
                instant(row, "recorded_at"),
                unpack(row.getBytes("pack")),
                new LedgerPack.Summary(
                        row.getInt("copies"),
                        row.getLong("bytes"),
                        row.getLong("first_account"),
                        row.getLong("last_account"),
                        row.getLong("first_copy"),
                        row.getLong("last_copy")),
                LedgerHash.of(row.getBytes("previous_hash")),
                LedgerHash.of(row.getBytes("hash")));
    }

    static Optional<LedgerPack> unpack(byte[] stored) {
        try {
            return Optional.of(LedgerPack.read(stored));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
