package org.holdfast.plan;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Changes of terms in the database, and the rows of terms that they supersede. The rows of a plan are
 * written by one transaction at a time: each locks the plan first.
 */
public final class TermsRepository {

    private static final String GRANT = "syncs, unbound_days, grace_days, mailboxes_per_user, shared_mailboxes";

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public TermsRepository(Handle handle) {
        this.handle = handle;
    }

    /** Whether there is such a plan; locks it against other changes until the transaction ends. */
    public boolean lockPlan(String planCode) {
        return handle.createQuery("SELECT code FROM plan WHERE code = :plan FOR UPDATE")
                .bind("plan", planCode)
                .mapTo(String.class)
                .findOne()
                .isPresent();
    }

    /** Adds a plan at the end of lists; its terms follow as a change. */
    public void addPlan(String code, String name) {
        handle.createUpdate(
                        "INSERT INTO plan (code, name, rank) SELECT :code, :name, coalesce(max(rank), -1) + 1 FROM plan")
                .bind("code", code)
                .bind("name", name)
                .execute();
    }

    public TermsChange draft(String planCode, Instant effectiveAt, Grant grant, String reason, TermsChange.Step by) {
        return bind(
                        handle.createQuery("INSERT INTO terms_change (plan_code, effective_at, " + GRANT
                                + ", status, reason, drafted_by, drafted_at) VALUES (:plan, :effective, :syncs, :days,"
                                + " :grace, :perUser, :shared, 'DRAFT', :reason, :by, :at) RETURNING *"),
                        grant)
                .bind("plan", planCode)
                .bind("effective", effectiveAt)
                .bind("reason", reason)
                .bind("by", by.by())
                .bind("at", by.at())
                .map((row, context) -> change(row))
                .one();
    }

    /** A change, locked until the transaction ends. */
    public Optional<TermsChange> lock(long id) {
        return handle.createQuery("SELECT * FROM terms_change WHERE id = :id FOR UPDATE")
                .bind("id", id)
                .map((row, context) -> change(row))
                .findOne();
    }

    public Optional<TermsChange> find(long id) {
        return handle.createQuery("SELECT * FROM terms_change WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> change(row))
                .findOne();
    }

    /**
     * Lets a locked draft rest on a preview.
     *
     * @param hash what the approver saw; null: any
     * @throws org.holdfast.refusal.Refusal if nothing may rest on it
     */
    public void restsOn(TermsChange change, long previewId, String hash, Instant now) {
        new PreviewEvidence(handle, now).requireFor(change, previewId, hash);
        handle.createUpdate("UPDATE terms_change SET preview_id = :preview WHERE id = :id")
                .bind("preview", previewId)
                .bind("id", change.id())
                .execute();
    }

    /** Every change, newest first. */
    public List<TermsChange> page(Long beforeId, int limit) {
        return handle.createQuery("SELECT * FROM terms_change WHERE CAST(:before AS bigint) IS NULL OR id < :before"
                        + " ORDER BY id DESC LIMIT :limit")
                .bind("before", beforeId)
                .bind("limit", limit)
                .map((row, context) -> change(row))
                .list();
    }

    /** Records a step of a locked change. */
    public TermsChange step(long id, TermsChange.Status to, TermsChange.Step by, String reason) {
        String column =
                switch (to) {
                    case APPROVED -> "approved";
                    case PUBLISHED -> "published";
                    case WITHDRAWN -> "withdrawn";
                    case DRAFT -> throw new IllegalArgumentException("A change does not become a draft again");
                };
        return handle.createQuery("UPDATE terms_change SET status = :status, " + column + "_by = :by, " + column
                        + "_at = :at, withdraw_reason = coalesce(:reason, withdraw_reason) WHERE id = :id RETURNING *")
                .bind("status", to)
                .bind("by", by.by())
                .bind("at", by.at())
                .bind("reason", reason)
                .bind("id", id)
                .map((row, context) -> change(row))
                .one();
    }

    /**
     * The published change that begins at an instant and was not withdrawn, in a locked plan: there is one at
     * most, so that withdrawing it never takes out another's terms.
     */
    public Optional<Long> publishedAt(String planCode, Instant effectiveAt) {
        return handle.createQuery("SELECT id FROM terms_change WHERE plan_code = :plan AND effective_at = :at"
                        + " AND status = 'PUBLISHED'")
                .bind("plan", planCode)
                .bind("at", effectiveAt)
                .mapTo(Long.class)
                .findOne();
    }

    /**
     * Puts new terms into the timeline of a locked plan: the row in force at their instant ends there, the
     * new row runs until that one would have ended. Rows dated later stay.
     *
     * @param change with an instant later than {@code now}
     */
    public void supersede(TermsChange change, String by, Instant now) {
        Optional<Row> covered = close(change.planCode(), change.effectiveAt(), now);
        covered.filter(row -> row.from().isBefore(change.effectiveAt()))
                .ifPresent(row -> copy(row, row.from(), change.effectiveAt(), now));
        Instant until = covered.map(Row::until).orElseGet(() -> firstAfter(change.planCode(), change.effectiveAt(), now)
                .orElse(null));
        insert(change, until, by, now);
    }

    /**
     * Takes published terms out of the timeline of a locked plan again, before their date: the row before
     * them runs on.
     */
    public void restore(TermsChange change, Instant now) {
        Row own = close(change.planCode(), change.effectiveAt(), now)
                .filter(row -> row.from().equals(change.effectiveAt()))
                .orElseThrow(() -> new IllegalStateException("Terms of change " + change.id() + " are not there"));
        close(change.planCode(), change.effectiveAt().minusNanos(1_000), now)
                .ifPresent(before -> copy(before, before.from(), own.until(), now));
    }

    private Optional<Row> close(String planCode, Instant at, Instant now) {
        return handle.createQuery("UPDATE plan_terms SET known_until = :now WHERE plan_code = :plan"
                        + " AND known_until IS NULL AND valid_from <= :at AND (valid_until IS NULL OR valid_until > :at)"
                        + " RETURNING id, valid_from, valid_until")
                .bind("now", now)
                .bind("plan", planCode)
                .bind("at", at)
                .map((row, context) -> new Row(
                        row.getLong("id"),
                        row.getTimestamp("valid_from").toInstant(),
                        row.getTimestamp("valid_until") == null
                                ? null
                                : row.getTimestamp("valid_until").toInstant()))
                .findOne();
    }

    private void copy(Row row, Instant from, Instant until, Instant now) {
        handle.createUpdate("INSERT INTO plan_terms (plan_code, valid_from, valid_until, known_from, " + GRANT
                        + ", recorded_by, reason) SELECT plan_code, :from, :until, :now, " + GRANT
                        + ", recorded_by, reason FROM plan_terms WHERE id = :id")
                .bind("from", from)
                .bind("until", until)
                .bind("now", now)
                .bind("id", row.id())
                .execute();
    }

    private Optional<Instant> firstAfter(String planCode, Instant at, Instant now) {
        return handle.createQuery("SELECT min(valid_from) FROM plan_terms WHERE plan_code = :plan AND valid_from > :at"
                        + " AND known_from <= :now AND known_until IS NULL")
                .bind("plan", planCode)
                .bind("at", at)
                .bind("now", now)
                .mapTo(Instant.class)
                .findOne();
    }

    private void insert(TermsChange change, Instant until, String by, Instant now) {
        bind(
                        handle.createUpdate("INSERT INTO plan_terms (plan_code, valid_from, valid_until, known_from, "
                                + GRANT + ", recorded_by, reason) VALUES (:plan, :from, :until, :now, :syncs, :days,"
                                + " :grace, :perUser, :shared, :by, :reason)"),
                        change.grant())
                .bind("plan", change.planCode())
                .bind("from", change.effectiveAt())
                .bind("until", until)
                .bind("now", now)
                .bind("by", by)
                .bind("reason", change.reason())
                .execute();
    }

    private static <S extends SqlStatement<S>> S bind(S statement, Grant grant) {
        return statement
                .bind("syncs", grant.syncs())
                .bind("days", nullable(grant.retention().days()))
                .bind("grace", (int) grant.grace().toDays())
                .bind("perUser", nullable(grant.mailboxesPerUser().count()))
                .bind("shared", nullable(grant.sharedMailboxes().count()));
    }

    private static Integer nullable(OptionalInt number) {
        return number.isPresent() ? number.getAsInt() : null;
    }

    private static TermsChange change(ResultSet row) throws SQLException {
        return new TermsChange(
                row.getLong("id"),
                row.getString("plan_code"),
                row.getTimestamp("effective_at").toInstant(),
                grant(row),
                TermsChange.Status.valueOf(row.getString("status")),
                row.getString("reason"),
                step(row, "drafted").orElseThrow(),
                step(row, "approved"),
                step(row, "published"),
                step(row, "withdrawn"),
                Optional.ofNullable(row.getObject("preview_id", Long.class)));
    }

    private static Grant grant(ResultSet row) throws SQLException {
        return new Grant(
                row.getBoolean("syncs"),
                RetentionPeriod.ofNullableDays(row.getObject("unbound_days", Integer.class)),
                Duration.ofDays(row.getInt("grace_days")),
                Allowance.ofNullable(row.getObject("mailboxes_per_user", Integer.class)),
                Allowance.ofNullable(row.getObject("shared_mailboxes", Integer.class)));
    }

    private static Optional<TermsChange.Step> step(ResultSet row, String name) throws SQLException {
        return row.getTimestamp(name + "_at") == null
                ? Optional.empty()
                : Optional.of(new TermsChange.Step(
                        row.getString(name + "_by"),
                        row.getTimestamp(name + "_at").toInstant()));
    }

    private record Row(long id, Instant from, Instant until) {}
}
