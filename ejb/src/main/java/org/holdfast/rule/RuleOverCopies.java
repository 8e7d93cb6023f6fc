package org.holdfast.rule;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.holdfast.binding.BindingTarget;
import org.holdfast.work.LongWork;
import org.holdfast.work.WorkStep;
import org.jdbi.v3.core.Handle;

/**
 * Shows the copies that an account has to one rule, in the order of their ids: to say what it would bind, or
 * to bind it. The result names copies by their ids only; nothing of a purged message lives on in it.
 */
final class RuleOverCopies {

    private static final int STEP = 200;
    private static final int SAMPLES = 20;

    private final boolean binds;

    RuleOverCopies(boolean binds) {
        this.binds = binds;
    }

    static long total(Handle handle, LongWork work) {
        return handle.createQuery("SELECT count(*) FROM mail_copy WHERE account_id = :account")
                .bind("account", work.accountId().orElseThrow())
                .mapTo(Long.class)
                .one();
    }

    WorkStep step(Handle handle, LongWork work, Instant now) {
        long account = work.accountId().orElseThrow();
        RuleRows rows = new RuleRows(handle);
        long ruleId = Long.parseLong(work.parameters().getString("ruleId"));
        BindingRule rule =
                rows.find(ruleId).orElseThrow(() -> new IllegalStateException("The rule was removed meanwhile"));
        List<Long> copies = handle.createQuery("SELECT id FROM mail_copy WHERE account_id = :account AND id > :cursor"
                        + " ORDER BY id LIMIT :step")
                .bind("account", account)
                .bind("cursor", work.cursor())
                .bind("step", STEP)
                .mapTo(Long.class)
                .list();
        Tally tally = new Tally(work.result());
        RuleMatcher matcher = new RuleMatcher(handle, account);
        for (Long copy : copies) {
            List<BindingTarget> targets = rows.head(copy)
                    .map(head -> matcher.targets(rule, MessageTraits.of(head)))
                    .orElse(List.of());
            tally.add(copy, targets, fresh(handle, rule, copy, targets, work.id(), now));
        }
        boolean last = copies.size() < STEP;
        long cursor = copies.isEmpty() ? work.cursor() : copies.get(copies.size() - 1);
        return new WorkStep(cursor, work.done() + copies.size(), tally.result(), last);
    }

    private int fresh(Handle handle, BindingRule rule, long copy, List<BindingTarget> targets, long work, Instant now) {
        if (binds || targets.isEmpty()) {
            return Arrivals.bind(handle, rule, copy, targets, work, now);
        }
        long present = handle.createQuery("SELECT count(*) FROM binding WHERE copy_id = :copy AND (kind, reference) IN"
                        + " (SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:references AS text[])))")
                .bind("copy", copy)
                .bindArray(
                        "kinds",
                        String.class,
                        targets.stream().map(BindingTarget::kind).toArray())
                .bindArray(
                        "references",
                        String.class,
                        targets.stream().map(BindingTarget::reference).toArray())
                .mapTo(Long.class)
                .one();
        return targets.size() - (int) present;
    }

    /** Counts and a few samples, carried from step to step in the result. */
    private static final class Tally {

        private long messages;
        private long bindings;
        private long present;
        private final JsonArrayBuilder samples;
        private int sampled;

        Tally(JsonObject before) {
            messages = number(before, "messages");
            bindings = number(before, "bindings");
            present = number(before, "alreadyBound");
            samples = before.containsKey("samples")
                    ? Json.createArrayBuilder(before.getJsonArray("samples"))
                    : Json.createArrayBuilder();
            sampled = before.containsKey("samples")
                    ? before.getJsonArray("samples").size()
                    : 0;
        }

        private static long number(JsonObject result, String name) {
            return result.containsKey(name) ? result.getJsonNumber(name).longValue() : 0;
        }

        void add(long copy, List<BindingTarget> targets, int fresh) {
            messages += targets.isEmpty() ? 0 : 1;
            bindings += fresh;
            present += targets.size() - fresh;
            if (fresh > 0 && sampled < SAMPLES) {
                sampled++;
                samples.add(Json.createObjectBuilder()
                        .add("messageId", Long.toString(copy))
                        .add("kind", targets.get(0).kind())
                        .add("reference", targets.get(0).reference()));
            }
        }

        JsonObject result() {
            return Json.createObjectBuilder()
                    .add("messages", messages)
                    .add("bindings", bindings)
                    .add("alreadyBound", present)
                    .add("samples", samples)
                    .build();
        }
    }
}
