package org.holdfast.binding;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import org.holdfast.account.Role;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** The CRM's records as it told of them, and the kinds that there are. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class CrmRecords {

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private PlanPolicy policy;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /**
     * Tells of a record; telling of it again changes it.
     *
     * @throws Refusal {@code kind-unknown}, or {@code not-found} for the account
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public CrmRecord put(long accountId, RecordDraft draft) {
        requireAccount(accountId);
        return jdbi.withHandle(h -> {
            RecordRows rows = new RecordRows(h);
            requireKind(rows, draft.target());
            return rows.put(accountId, draft, clock.instant());
        });
    }

    /** A record that the CRM told of, deleted ones too. */
    public CrmRecord get(long accountId, BindingTarget target) {
        requireAccount(accountId);
        return jdbi.withHandle(h -> new RecordRows(h).find(accountId, target))
                .orElseThrow(() -> Refusal.notFound("record", target));
    }

    /** As {@link RecordRows#search}. */
    public List<CrmRecord> search(long accountId, String kind, String text, long afterId, int limit) {
        requireAccount(accountId);
        return jdbi.withHandle(h -> new RecordRows(h).search(accountId, kind, text, afterId, limit));
    }

    public List<BindingKind> kinds() {
        return jdbi.withHandle(h -> new RecordRows(h).kinds());
    }

    /**
     * Adds a kind of the CRM's own.
     *
     * @throws Refusal if the code or the name cannot be used, or there is such a kind
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public BindingKind addKind(String code, String name) {
        if (!code.matches("[a-z][a-z0-9_]{0,31}") || name.isBlank() || name.length() > 100) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "kind-unusable",
                    "A kind has a name and a lower-case code of letters, digits and underscores, such as project");
        }
        if (!jdbi.withHandle(h -> new RecordRows(h).addKind(code, name.strip()))) {
            throw new Refusal(Refusal.Kind.CONFLICT, "kind-exists", "There is a kind " + code);
        }
        audit.record(currentCaller.get().name(), "kind.add", "kind:" + code, null, name);
        return new BindingKind(code, name.strip(), false);
    }

    /**
     * What is to be bound later is bound to a kind that there is.
     *
     * @throws Refusal {@code kind-unknown}
     */
    public static void requireKind(RecordRows rows, BindingTarget target) {
        if (!rows.hasKind(target.kind())) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "kind-unknown",
                    "There is no kind " + target.kind() + ": use one of binding-kinds, or let an administrator add it");
        }
    }

    private void requireAccount(long accountId) {
        Caller caller = currentCaller.get();
        caller.requireSees(accountId, "account", accountId);
        policy.entitlement(accountId, clock.instant());
    }
}
