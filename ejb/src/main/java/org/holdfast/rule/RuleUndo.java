package org.holdfast.rule;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.holdfast.binding.BindingRepository;
import org.holdfast.binding.BindingTarget;
import org.holdfast.work.LongWork;
import org.holdfast.work.WorkKind;
import org.holdfast.work.WorkStep;
import org.jdbi.v3.core.Handle;

/** Takes off the bindings that a rule made, all or those of one run; copies stay for the release grace. */
@ApplicationScoped
public class RuleUndo implements WorkKind {

    static final String CODE = "rule-undo";

    private static final int STEP = 200;
    private static final String MADE =
            " FROM binding WHERE rule_id = :rule AND (CAST(:run AS bigint) IS NULL OR work_id = :run)";

    private record Made(long id, long copyId, BindingTarget target) {}

    @Override
    public String code() {
        return CODE;
    }

    @Override
    public long total(Handle handle, LongWork work) {
        return handle.createQuery("SELECT count(*)" + MADE)
                .bind("rule", rule(work))
                .bind("run", run(work))
                .mapTo(Long.class)
                .one();
    }

    @Override
    public WorkStep step(Handle handle, LongWork work, Instant now) {
        BindingRepository bindings = new BindingRepository(handle);
        Instant keepUntil = now.plus(grace(handle, work.accountId().orElseThrow(), now));
        List<Made> made = handle.createQuery(
                        "SELECT id, copy_id, kind, reference" + MADE + " AND id > :cursor ORDER BY id LIMIT :step")
                .bind("rule", rule(work))
                .bind("run", run(work))
                .bind("cursor", work.cursor())
                .bind("step", STEP)
                .map((row, context) -> new Made(
                        row.getLong("id"),
                        row.getLong("copy_id"),
                        new BindingTarget(row.getString("kind"), row.getString("reference"))))
                .list();
        long taken = work.result().containsKey("unbound")
                ? work.result().getJsonNumber("unbound").longValue()
                : 0;
        // In the order of copies, so that two who lock many wait for each other.
        for (Made one : made.stream().sorted(Comparator.comparing(Made::copyId)).toList()) {
            boolean there = bindings.lockCopy(one.copyId()).isPresent() && isStillTheRules(handle, one.id());
            taken += there && bindings.unbind(one.copyId(), one.target(), keepUntil) ? 1 : 0;
        }
        long cursor = made.isEmpty() ? work.cursor() : made.get(made.size() - 1).id();
        return new WorkStep(
                cursor,
                work.done() + made.size(),
                Json.createObjectBuilder().add("unbound", taken).build(),
                made.size() < STEP);
    }

    private static Duration grace(Handle handle, long accountId, Instant now) {
        return Duration.ofDays(
                handle.createQuery("SELECT grace_days FROM entitlement(:now, :now) WHERE account_id = :account")
                        .bind("now", now)
                        .bind("account", accountId)
                        .mapTo(Long.class)
                        .one());
    }

    /** A person may have taken the binding over since the list was read; now its copy is locked. */
    private static boolean isStillTheRules(Handle handle, long bindingId) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM binding WHERE id = :id AND rule_id IS NOT NULL)")
                .bind("id", bindingId)
                .mapTo(Boolean.class)
                .one();
    }

    private static long rule(LongWork work) {
        return Long.parseLong(work.parameters().getString("ruleId"));
    }

    private static Long run(LongWork work) {
        return work.parameters().containsKey("runId")
                ? Long.valueOf(work.parameters().getString("runId"))
                : null;
    }
}
