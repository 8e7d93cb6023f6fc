package org.holdfast.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Verifications of the ledger: begun, followed, ended. */
public final class VerificationRows {

    /** One whose server gave no sign of life for so long came to no result. */
    private static final String SILENT =
            "status = 'RUNNING' AND heartbeat_at < clock_timestamp() - interval '1 minute'";

    private static final String SELECT = "SELECT *, " + SILENT + " AS silent FROM ledger_verification";

    private final Handle handle;

    public VerificationRows(Handle handle) {
        this.handle = handle;
    }

    /** Records that one begins. */
    long begin(String by, Instant now, Optional<Certificate> certificate) {
        return handle.createQuery("INSERT INTO ledger_verification (requested_by, requested_at, status, copies_in_all,"
                        + " certificate_seal) SELECT :by, :now, 'RUNNING', coalesce(sum(purged_copies), 0), :seal"
                        + " FROM purge_slice RETURNING id")
                .bind("by", by)
                .bind("now", now)
                .bind("seal", certificate.map(Certificate::sealNumber).orElse(null))
                .mapTo(Long.class)
                .one();
    }

    /** One that is under way and compares with no certificate. */
    Optional<Long> running() {
        return handle.createQuery("SELECT id FROM ledger_verification WHERE status = 'RUNNING' AND certificate_seal IS"
                        + " NULL AND NOT (" + SILENT + ") ORDER BY id DESC LIMIT 1")
                .mapTo(Long.class)
                .findOne();
    }

    /**
     * Notes how far it is.
     *
     * @return whether it goes on; if not, somebody gave it up
     */
    boolean progress(long id, VerificationProgress progress) {
        return handle.createUpdate("UPDATE ledger_verification SET entries = :entries, copies = :copies,"
                                + " heartbeat_at = clock_timestamp() WHERE id = :id AND status = 'RUNNING'")
                        .bind("entries", progress.entries())
                        .bind("copies", progress.copies())
                        .bind("id", id)
                        .execute()
                == 1;
    }

    /** Gives one up; false if it is not under way. */
    boolean cancel(long id, Instant now) {
        return handle.createUpdate("UPDATE ledger_verification SET status = 'CANCELLED', ended_at = :now"
                                + " WHERE id = :id AND status = 'RUNNING'")
                        .bind("now", now)
                        .bind("id", id)
                        .execute()
                == 1;
    }

    void end(long id, Verification found, Optional<CertificateOutcome> certificate, Instant now) {
        handle.createUpdate("UPDATE ledger_verification SET status = :status, ended_at = :now, runs = :runs,"
                        + " sealed_runs = :sealed, entries = :entries, copies = :copies, bytes = :bytes,"
                        + " last_seal = :seal, break_run = :run, break_slice = :slice, break_entry = :entry,"
                        + " break_kind = :kind, break_what = :what, certificate_outcome = :certificate"
                        + " WHERE id = :id AND status = 'RUNNING'")
                .bind("status", found.isIntact() ? "INTACT" : "BROKEN")
                .bind("now", now)
                .bind("runs", found.runs())
                .bind("sealed", found.sealedRuns())
                .bind("entries", found.entries())
                .bind("copies", found.copies())
                .bind("bytes", found.bytes())
                .bind("seal", found.lastSeal().orElse(null))
                .bind("run", found.firstBreak().map(Verification.Break::runId).orElse(null))
                .bind("slice", found.firstBreak().map(Verification.Break::slice).orElse(null))
                .bind("entry", found.firstBreak().map(Verification.Break::entry).orElse(null))
                .bind("kind", found.firstBreak().map(b -> b.kind().name()).orElse(null))
                .bind("what", found.firstBreak().map(Verification.Break::what).orElse(null))
                .bind("certificate", certificate.map(Enum::name).orElse(null))
                .bind("id", id)
                .execute();
    }

    void fail(long id, String failure, Instant now) {
        handle.createUpdate("UPDATE ledger_verification SET status = 'FAILED', ended_at = :now, failure = :failure"
                        + " WHERE id = :id AND status = 'RUNNING'")
                .bind("now", now)
                .bind("failure", failure)
                .bind("id", id)
                .execute();
    }

    public Optional<VerificationWork> find(long id) {
        return handle.createQuery(SELECT + " WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> work(row))
                .findOne();
    }

    /** The latest first. */
    public List<VerificationWork> page(long beforeId, int limit) {
        return handle.createQuery(SELECT + " WHERE id < :before ORDER BY id DESC LIMIT :limit")
                .bind("before", beforeId)
                .bind("limit", limit)
                .map((row, context) -> work(row))
                .list();
    }

    private static VerificationWork work(ResultSet row) throws SQLException {
        boolean silent = row.getBoolean("silent");
        return new VerificationWork(
                row.getLong("id"),
                row.getString("requested_by"),
                row.getObject("requested_at", OffsetDateTime.class).toInstant(),
                silent ? VerificationWork.Status.FAILED : VerificationWork.Status.valueOf(row.getString("status")),
                Optional.ofNullable(row.getObject("ended_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant),
                row.getLong("copies_in_all"),
                found(row),
                Optional.ofNullable(row.getObject("certificate_seal", Long.class)),
                Optional.ofNullable(row.getString("certificate_outcome")).map(CertificateOutcome::valueOf),
                silent ? Optional.of("Its server went away") : Optional.ofNullable(row.getString("failure")));
    }

    private static Verification found(ResultSet row) throws SQLException {
        return new Verification(
                row.getLong("runs"),
                row.getLong("sealed_runs"),
                row.getLong("entries"),
                row.getLong("copies"),
                row.getLong("bytes"),
                Optional.ofNullable(row.getString("last_seal")),
                row.getString("break_kind") == null
                        ? Optional.empty()
                        : Optional.of(new Verification.Break(
                                row.getLong("break_run"),
                                row.getInt("break_slice"),
                                row.getInt("break_entry"),
                                Verification.Kind.valueOf(row.getString("break_kind")),
                                row.getString("break_what"))));
    }
}
