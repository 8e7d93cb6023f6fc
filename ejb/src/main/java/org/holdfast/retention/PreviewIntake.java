package org.holdfast.retention;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.refusal.Refusal;
import org.jdbi.v3.core.Handle;

/** Records what a preview is to suppose. What is recorded never changes: drafts are copied into it. */
public final class PreviewIntake {

    private static final String RECORD = "INSERT INTO preview (kind, as_of, baseline_at, scope_kind, scope_ref,"
            + " from_plan, to_plan, change_from, change_until, requested_by, requested_at)"
            + " VALUES (:kind, :asOf, :baseline, :scopeKind, :scopeRef, :fromPlan, :toPlan, :from, :until, :by, :now)"
            + " RETURNING id";

    /** As publishing does: until the row in force then would end, or before the first one that begins later. */
    private static final String TERMS = "INSERT INTO preview_terms (preview_id, change_id, plan_code, valid_from,"
            + " valid_until, syncs, unbound_days, grace_days, mailboxes_per_user, shared_mailboxes)"
            + " SELECT :preview, d.id, d.plan_code, d.effective_at, CASE WHEN c.id IS NOT NULL THEN c.valid_until"
            + " ELSE (SELECT min(n.valid_from) FROM plan_terms n WHERE n.plan_code = d.plan_code"
            + " AND n.known_until IS NULL AND n.valid_from > d.effective_at) END,"
            + " d.syncs, d.unbound_days, d.grace_days, d.mailboxes_per_user, d.shared_mailboxes"
            + " FROM terms_change d LEFT JOIN plan_terms c ON c.plan_code = d.plan_code AND c.known_until IS NULL"
            + " AND c.valid_from <= d.effective_at AND (c.valid_until IS NULL OR c.valid_until > d.effective_at)"
            + " WHERE d.id = ANY(:changes)";

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public PreviewIntake(Handle handle) {
        this.handle = handle;
    }

    /**
     * Records a preview that waits for a worker.
     *
     * @param now by the business clock
     * @throws Refusal if something that it names is not there or cannot be supposed
     */
    public long record(PreviewRequest request, String by, Instant now) {
        Instant present = DueRuleSql.precise(now);
        Instant first = firstInstant(request, present);
        Instant asOf = request.asOf().map(DueRuleSql::precise).orElse(first);
        if (request.kind() != PreviewRequest.Kind.DATE && asOf.isBefore(first)) {
            throw unusable(
                    "preview-before-change", "The change begins at " + first + ": ask for that instant or later");
        }
        if (first.isBefore(present)) {
            throw unusable("change-in-the-past", "A plan changes now or later, not at " + first + "; it is " + present);
        }
        request.planChange().ifPresent(change -> require(change, first));
        long id = insert(request, asOf, by, present);
        handle.createUpdate("INSERT INTO preview_work (preview_id) VALUES (:id)")
                .bind("id", id)
                .execute();
        if (request.kind() == PreviewRequest.Kind.TERMS) {
            handle.createUpdate(TERMS)
                    .bind("preview", id)
                    .bind("changes", request.termsChanges().toArray(Long[]::new))
                    .execute();
        }
        request.planChange().ifPresent(change -> suppose(id, change));
        return id;
    }

    /**
     * Ends a preview that is not complete.
     *
     * @return whether it was waiting or running
     */
    public boolean cancel(long id, Instant now) {
        return handle.createUpdate("UPDATE preview SET status = 'CANCELLED', ended_at = :now"
                                + " WHERE id = :id AND status IN ('WAITING', 'RUNNING')")
                        .bind("now", now)
                        .bind("id", id)
                        .execute()
                == 1;
    }

    private long insert(PreviewRequest request, Instant asOf, String by, Instant now) {
        Optional<PreviewRequest.PlanChange> change = request.planChange();
        return handle.createQuery(RECORD)
                .bind("kind", request.kind())
                .bind("asOf", asOf)
                .bind("baseline", request.kind() == PreviewRequest.Kind.DATE ? now : asOf)
                .bind("scopeKind", request.scope().kind())
                .bind("scopeRef", request.scope().reference())
                .bind(
                        "fromPlan",
                        change.flatMap(PreviewRequest.PlanChange::fromPlan).orElse(null))
                .bind("toPlan", change.map(PreviewRequest.PlanChange::toPlan).orElse(null))
                .bind("from", change.map(c -> firstInstant(c, now)).orElse(null))
                .bind(
                        "until",
                        change.flatMap(PreviewRequest.PlanChange::until)
                                .map(DueRuleSql::precise)
                                .orElse(null))
                .bind("by", by)
                .bind("now", now)
                .mapTo(Long.class)
                .one();
    }

    /** The instant from which everything that is supposed applies. */
    private Instant firstInstant(PreviewRequest request, Instant now) {
        return switch (request.kind()) {
            case DATE -> now;
            case TERMS -> latestDate(request.termsChanges(), now);
            case SUBSCRIPTION -> firstInstant(request.planChange().orElseThrow(), now);
        };
    }

    private static Instant firstInstant(PreviewRequest.PlanChange change, Instant now) {
        return change.from().map(DueRuleSql::precise).orElse(now);
    }

    private Instant latestDate(List<Long> ids, Instant now) {
        List<Draft> drafts = handle.createQuery("SELECT id, plan_code, effective_at, status FROM terms_change"
                        + " WHERE id = ANY(:ids) ORDER BY id FOR SHARE")
                .bind("ids", ids.toArray(Long[]::new))
                .map((row, context) -> new Draft(
                        row.getLong("id"),
                        row.getString("plan_code"),
                        row.getTimestamp("effective_at").toInstant(),
                        row.getString("status")))
                .list();
        for (Long id : ids) {
            drafts.stream()
                    .filter(d -> d.id() == id)
                    .findAny()
                    .orElseThrow(() -> Refusal.notFound("change of terms", id))
                    .require(now);
        }
        if (drafts.stream().map(d -> d.planCode() + d.effectiveAt()).distinct().count() < drafts.size()) {
            throw unusable(
                    "drafts-collide", "Two of these drafts are terms of one plan for one instant: leave one out");
        }
        return drafts.stream().map(Draft::effectiveAt).max(Instant::compareTo).orElseThrow();
    }

    private void require(PreviewRequest.PlanChange change, Instant from) {
        requirePlan(change.toPlan(), from);
        change.fromPlan().ifPresent(this::requirePlan);
        if (change.until().filter(until -> !until.isAfter(from)).isPresent()) {
            throw unusable("ends-before-it-begins", "The subscription would end before it begins");
        }
    }

    private void suppose(long preview, PreviewRequest.PlanChange change) {
        int known = handle.createUpdate(
                        "INSERT INTO preview_subscription (preview_id, account_id, plan_code, valid_from,"
                                + " valid_until) SELECT p.id, a.id, p.to_plan, p.change_from, p.change_until FROM preview p"
                                + " JOIN account a ON a.id = ANY(:accounts) WHERE p.id = :preview")
                .bind("accounts", change.accounts().toArray(Long[]::new))
                .bind("preview", preview)
                .execute();
        if (known < change.accounts().size()) {
            throw unusable("account-unknown", "Not all of these accounts are there: name accounts that are");
        }
    }

    private void requirePlan(String code) {
        if (!exists("SELECT FROM plan WHERE code = :plan", code, null)) {
            throw unusable("plan-unknown", "There is no plan " + code + "; see plans");
        }
    }

    private void requirePlan(String code, Instant at) {
        requirePlan(code);
        if (!exists(
                "SELECT FROM plan_terms WHERE plan_code = :plan AND known_until IS NULL AND valid_from <= :at"
                        + " AND (valid_until IS NULL OR valid_until > :at)",
                code,
                at)) {
            throw unusable(
                    "plan-without-terms", "The plan " + code + " has no terms at " + at + ": publish its terms first");
        }
    }

    private boolean exists(String rows, String plan, Instant at) {
        var query = handle.createQuery("SELECT EXISTS (" + rows + ")").bind("plan", plan);
        return (at == null ? query : query.bind("at", at)).mapTo(Boolean.class).one();
    }

    private static Refusal unusable(String code, String message) {
        return new Refusal(Refusal.Kind.UNUSABLE, code, message);
    }

    private record Draft(long id, String planCode, Instant effectiveAt, String status) {

        void require(Instant now) {
            if (!"DRAFT".equals(status) && !"APPROVED".equals(status)) {
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "change-is-" + status.toLowerCase(java.util.Locale.ROOT),
                        "Change " + id + " is " + status + ": preview the date " + effectiveAt + " instead");
            }
            if (!effectiveAt.isAfter(now)) {
                throw unusable(
                        "change-in-the-past", "Change " + id + " was for " + effectiveAt + ": draft it for later");
            }
        }
    }
}
