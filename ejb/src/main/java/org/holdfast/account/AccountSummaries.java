package org.holdfast.account;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.plan.Plan;
import org.holdfast.plan.Plans;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** Accounts at a glance, what was done to them, and what another plan would do. No mail content anywhere. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class AccountSummaries {

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Plans plans;

    @Inject
    private Clock clock;

    /**
     * A page in the order of ids. An owner sees the own account, with the own mailboxes counted.
     *
     * @param afterId the last id of the page before; 0 for the first
     * @param limit 1 to 201
     */
    public List<AccountSummary> page(AccountFilter filter, long afterId, int limit) {
        return read(filter, currentCaller.get().account(), afterId, limit);
    }

    /**
     * One account.
     *
     * @throws Refusal if it is not there or not the caller's
     */
    public AccountSummary get(long id) {
        currentCaller.get().requireSees(id, "account", id);
        return read(AccountFilter.ALL, Optional.of(id), 0, 1).stream()
                .findFirst()
                .orElseThrow(() -> Refusal.notFound("account", id));
    }

    private List<AccountSummary> read(AccountFilter filter, Optional<Long> account, long afterId, int limit) {
        Caller caller = currentCaller.get();
        Optional<Long> user = caller.account().map(own -> caller.userId());
        return jdbi.withHandle(
                h -> new AccountReadings(h).page(filter, account, user, afterId, limit, clock.instant()));
    }

    /**
     * Who changed what of an account, when and why; newest first.
     *
     * @param beforeId the last id of the page before; null for the first
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public List<AuditEntry> history(long accountId, Long beforeId, int limit) {
        get(accountId);
        long before = beforeId == null ? Long.MAX_VALUE : beforeId;
        return jdbi.withHandle(h -> new AccountReadings(h).history(accountId, before, limit));
    }

    /**
     * What a plan would remove, pause and resume if the account had it from an instant on.
     *
     * @param from null: now
     * @throws Refusal if there is no such account or plan, or the instant is past
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
    public PlanOutlook outlook(long accountId, String planCode, Instant from) {
        get(accountId);
        if (plans.all().stream().map(Plan::code).noneMatch(planCode::equals)) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "plan-unknown", "There is no plan " + planCode + "; see plans");
        }
        Instant now = clock.instant();
        if (from != null && from.isBefore(now)) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "change-in-the-past",
                    "A plan changes now or later, not at " + from + "; it is " + now);
        }
        return jdbi.withHandle(h -> new PlanOutlooks(h).of(accountId, planCode, from == null ? now : from));
    }
}
