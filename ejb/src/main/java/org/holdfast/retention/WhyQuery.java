package org.holdfast.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.holdfast.plan.Allowance;
import org.holdfast.plan.Entitlement;
import org.holdfast.plan.EntitlementSpan;
import org.holdfast.plan.RetentionPeriod;
import org.jdbi.v3.core.Handle;

/** Reads everything that decides over one copy. */
final class WhyQuery {

    private final Handle handle;

    WhyQuery(Handle handle) {
        this.handle = handle;
    }

    /** What the due rule is asked of, and in which account. */
    record Facts(long accountId, Instant receivedAt, Instant copiedAt, DueRule.Facts rule) {}

    /** Empty if there is no such copy. */
    Optional<Facts> facts(long copyId) {
        return handle.createQuery("SELECT c.account_id, c.clock, c.received_at, c.copied_at, c.bind_count > 0 AS bound,"
                        + " c.hold_count > 0 OR m.hold_count > 0 OR a.hold_count > 0 AS held,"
                        + " " + DueRuleSql.GRACE_END + " AS keep_until"
                        + " FROM mail_copy c JOIN mailbox m ON m.id = c.mailbox_id JOIN account a ON a.id = c.account_id"
                        + " WHERE c.id = :copy")
                .bind("copy", copyId)
                .map((row, context) -> new Facts(
                        row.getLong("account_id"),
                        instant(row, "received_at").orElse(null),
                        instant(row, "copied_at").orElseThrow(),
                        new DueRule.Facts(
                                instant(row, "clock").orElseThrow(),
                                row.getBoolean("bound"),
                                row.getBoolean("held"),
                                instant(row, "keep_until").orElse(null))))
                .findOne();
    }

    /** All of it, given the account's timeline from now on. */
    Why of(long copyId, Facts facts, List<EntitlementSpan> timeline, Instant now) {
        Fate fate = Fate.of(facts.rule(), timeline, now);
        Instant grace = facts.rule().keepUntil();
        return new Why(
                copyId,
                fate,
                planName(fate.plan().planCode()),
                facts.rule().clock(),
                facts.rule().clock().equals(facts.receivedAt()),
                bindings(copyId),
                new HoldRepository(handle).keeping(copyId),
                Optional.ofNullable(grace).filter(until -> until.isAfter(now)),
                facts.rule().bound() || facts.rule().held() ? List.of() : upgrades(facts, fate, now));
    }

    private List<Why.Bond> bindings(long copyId) {
        return handle.createQuery("SELECT kind, reference, bound_by, bound_at FROM binding WHERE copy_id = :copy"
                        + " ORDER BY id")
                .bind("copy", copyId)
                .map((row, context) -> new Why.Bond(
                        row.getString("kind"),
                        row.getString("reference"),
                        row.getString("bound_by"),
                        instant(row, "bound_at").orElseThrow()))
                .list();
    }

    /** What each plan would change, were it taken now and kept; only those under which the copy stays longer. */
    private List<Why.Upgrade> upgrades(Facts facts, Fate fate, Instant now) {
        if (fate.leavesAt().isEmpty()) {
            return List.of();
        }
        Instant leaves = fate.leavesAt().get();
        return plans(now).values().stream()
                .map(plan -> new Why.Upgrade(
                        plan.code(),
                        plan.name(),
                        plan.spans().get(0).entitlement().retention().days(),
                        Fate.of(facts.rule(), plan.spans(), now).leavesAt()))
                .filter(up -> up.leavesAt().map(at -> at.isAfter(leaves)).orElse(true))
                .toList();
    }

    private record PlanSpans(String code, String name, List<EntitlementSpan> spans) {}

    /** Plans that sync now, with what they grant from now on, in the plans' order. */
    private Map<String, PlanSpans> plans(Instant now) {
        Map<String, PlanSpans> plans = new LinkedHashMap<>();
        handle.createQuery("SELECT p.code, p.name, t.* FROM plan p JOIN plan_terms t ON t.plan_code = p.code"
                        + " WHERE t.known_until IS NULL AND (t.valid_until IS NULL OR t.valid_until > :now)"
                        + " ORDER BY p.rank, t.valid_from")
                .bind("now", now)
                .map((row, context) -> Map.entry(row.getString("name"), span(row, now)))
                .forEach(found -> plans.computeIfAbsent(
                                found.getValue().entitlement().planCode(),
                                code -> new PlanSpans(code, found.getKey(), new ArrayList<>()))
                        .spans()
                        .add(found.getValue()));
        plans.values()
                .removeIf(plan -> plan.spans().get(0).from().isAfter(now)
                        || !plan.spans().get(0).entitlement().syncs());
        plans.values().forEach(plan -> plan.spans().sort(Comparator.comparing(EntitlementSpan::from)));
        return plans;
    }

    private static EntitlementSpan span(ResultSet row, Instant now) throws SQLException {
        Instant from = instant(row, "valid_from").orElseThrow();
        return new EntitlementSpan(
                from.isBefore(now) ? now : from,
                new Entitlement(
                        0,
                        row.getString("code"),
                        row.getLong("id"),
                        row.getBoolean("syncs"),
                        RetentionPeriod.ofNullableDays(row.getObject("unbound_days", Integer.class)),
                        Duration.ofDays(row.getInt("grace_days")),
                        Allowance.ofNullable(row.getObject("mailboxes_per_user", Integer.class)),
                        Allowance.ofNullable(row.getObject("shared_mailboxes", Integer.class))));
    }

    private String planName(String code) {
        return handle.createQuery("SELECT name FROM plan WHERE code = :code")
                .bind("code", code)
                .mapTo(String.class)
                .one();
    }

    private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getTimestamp(column)).map(Timestamp::toInstant);
    }
}
