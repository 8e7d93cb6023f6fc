package org.holdfast.rule;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.binding.CrmRecords;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.holdfast.work.LongWork;
import org.holdfast.work.WorkRows;
import org.holdfast.work.Works;
import org.jdbi.v3.core.Jdbi;

/** Binding rules of accounts; administrators keep them, auditors see them. */
@Stateless
@RolesAllowed(Role.ADMINISTRATOR_NAME)
public class BindingRules {

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private CrmRecords records;

    @Inject
    private PlanPolicy policy;

    @Inject
    private Works works;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /**
     * Adds a rule. If it is enabled, it binds what comes in from now on.
     *
     * @throws Refusal {@code kind-unknown}, or {@code not-found} for the account
     */
    public BindingRule add(long accountId, RuleDraft draft) {
        Caller caller = currentCaller.get();
        requireAccount(accountId);
        requireKind(draft);
        return jdbi.withHandle(h -> {
            RuleRows rows = new RuleRows(h);
            BindingRule rule = rows.find(rows.insert(accountId, draft, caller.name(), clock.instant()))
                    .orElseThrow();
            audit.record(caller.name(), "rule.add", "rule:" + rule.id(), null, draft.toString());
            return rule;
        });
    }

    /** The rules of an account, in the order in which they are asked. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public List<BindingRule> of(long accountId) {
        requireAccount(accountId);
        return jdbi.withHandle(h -> new RuleRows(h).of(accountId));
    }

    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public BindingRule get(long id) {
        return visible(jdbi.withHandle(h -> new RuleRows(h).find(id)), id);
    }

    /**
     * Changes a rule; bindings that it made stay.
     *
     * @param version the version that the caller saw; null: whatever it is now
     */
    public BindingRule change(long id, Long version, RuleDraft draft) {
        Caller caller = currentCaller.get();
        requireKind(draft);
        return jdbi.withHandle(h -> {
            RuleRows rows = new RuleRows(h);
            locked(rows, id, version);
            rows.change(id, draft, clock.instant());
            audit.record(caller.name(), "rule.change", "rule:" + id, null, draft.toString());
            return rows.find(id).orElseThrow();
        });
    }

    /** Ends a rule; bindings that it made stay, and can be undone before. */
    public void remove(long id, Long version) {
        Caller caller = currentCaller.get();
        jdbi.useHandle(h -> {
            RuleRows rows = new RuleRows(h);
            locked(rows, id, version);
            rows.remove(id, clock.instant());
            audit.record(caller.name(), "rule.remove", "rule:" + id, null, null);
        });
    }

    /** Finds out what the rule would bind of the copies that there are; binds nothing. */
    public LongWork trial(long id) {
        return request(RuleTrial.CODE, id, null);
    }

    /** Binds what there is already. */
    public LongWork run(long id) {
        return request(RuleRun.CODE, id, null);
    }

    /**
     * Takes off what the rule bound and no person has confirmed; the copies stay for the release grace.
     *
     * @param runId only what this run bound; null: everything
     */
    public LongWork undo(long id, Long runId) {
        return request(RuleUndo.CODE, id, runId);
    }

    /** The latest work of a rule: a trial, a run or an undoing. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public Optional<LongWork> latestWork(long id) {
        get(id);
        List<String> kinds = List.of(RuleTrial.CODE, RuleRun.CODE, RuleUndo.CODE);
        return jdbi.withHandle(h -> new WorkRows(h).latest(kinds, "ruleId", Long.toString(id)));
    }

    private LongWork request(String kind, long id, Long runId) {
        BindingRule rule = get(id);
        JsonObjectBuilder parameters = Json.createObjectBuilder().add("ruleId", Long.toString(id));
        if (runId != null) {
            parameters.add("runId", Long.toString(runId));
        }
        audit.record(currentCaller.get().name(), kind, "rule:" + id, null, null);
        return works.request(kind, rule.accountId(), parameters.build());
    }

    private BindingRule locked(RuleRows rows, long id, Long version) {
        BindingRule present = visible(rows.lock(id), id);
        if (version != null && version != present.version()) {
            throw Refusal.changedMeanwhile("rule", id);
        }
        return present;
    }

    private BindingRule visible(Optional<BindingRule> rule, long id) {
        return rule.filter(r -> currentCaller.get().sees(r.accountId()))
                .orElseThrow(() -> Refusal.notFound("rule", id));
    }

    private void requireKind(RuleDraft draft) {
        draft.kind().ifPresent(kind -> {
            if (records.kinds().stream().noneMatch(known -> known.code().equals(kind))) {
                throw new Refusal(Refusal.Kind.UNUSABLE, "kind-unknown", "There is no kind " + kind);
            }
        });
    }

    private void requireAccount(long accountId) {
        currentCaller.get().requireSees(accountId, "account", accountId);
        policy.entitlement(accountId, clock.instant());
    }
}
