package org.holdfast.binding;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.holdfast.account.Role;
import org.holdfast.ledger.Ledger;
import org.holdfast.message.Copies;
import org.holdfast.plan.PlanPolicy;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Binds copies to CRM records and tasks, and takes bindings off again. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.OWNER_NAME})
public class Bindings {

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Copies copies;

    @Inject
    private Ledger ledger;

    @Inject
    private PlanPolicy policy;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    /**
     * Binds a copy; binding it again to the same target changes nothing. An answered bind holds, whatever
     * races with it.
     *
     * @throws Refusal with code {@code copy-purged} if the purge was first, {@code not-found} if the copy
     *     never was or is not the caller's
     */
    public Bound bind(long copyId, BindingTarget target) {
        Caller caller = currentCaller.get();
        Instant now = clock.instant();
        return jdbi.withHandle(h -> {
            BindingRepository bindings = new BindingRepository(h);
            long account = lockVisible(h, copyId);
            CrmRecords.requireKind(new RecordRows(h), target);
            if (!bindings.hasContent(copyId)) {
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "content-missing",
                        "The content of message " + copyId + " is not stored whole, so it cannot be kept for ever: its"
                                + " import was damaged; have the mailbox synchronised again");
            }
            Bound bound = bindings.bind(copyId, account, target, caller.name(), now);
            audit.record(caller.name(), "copy.bind", "copy:" + copyId, null, target.toString());
            return bound;
        });
    }

    /**
     * Takes one binding off. After the last one the copy stays for the release grace of its plan.
     *
     * @throws Refusal if the copy or the binding is not there
     */
    public void unbind(long copyId, BindingTarget target) {
        Caller caller = currentCaller.get();
        Instant now = clock.instant();
        jdbi.useHandle(h -> {
            long account = lockVisible(h, copyId);
            Instant keepUntil = now.plus(policy.entitlement(account, now).grace());
            if (!new BindingRepository(h).unbind(copyId, target, keepUntil)) {
                throw Refusal.notFound("binding", target + " of message " + copyId);
            }
            audit.record(caller.name(), "copy.unbind", "copy:" + copyId, null, target.toString());
        });
    }

    /**
     * Binds to one record whatever is bound to another: a record was converted or merged.
     *
     * @return how many copies were bound to the first
     * @throws Refusal if there is no such account
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public int rebind(long accountId, BindingTarget from, BindingTarget to) {
        currentCaller.get().requireSees(accountId, "account", accountId);
        String caller = currentCaller.get().name();
        policy.entitlement(accountId, clock.instant());
        if (from.equals(to)) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "same-record", "Name two different records");
        }
        return jdbi.withHandle(h -> {
            BindingRepository bindings = new BindingRepository(h);
            RecordRows records = new RecordRows(h);
            CrmRecords.requireKind(records, to);
            int copies = bindings.lockBoundTo(accountId, from);
            bindings.rebind(accountId, from, to);
            records.delete(accountId, from, clock.instant());
            audit.record(caller, "record.rebind", "account:" + accountId, null, from + " to " + to + ", " + copies);
            return copies;
        });
    }

    /**
     * Takes the bindings to a record off every copy: the record was deleted. Copies with no other binding
     * stay for the release grace of the account's plan.
     *
     * @return how many copies were bound to it
     * @throws Refusal if there is no such account
     */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public int release(long accountId, BindingTarget record) {
        currentCaller.get().requireSees(accountId, "account", accountId);
        String caller = currentCaller.get().name();
        Instant now = clock.instant();
        Instant keepUntil = now.plus(policy.entitlement(accountId, now).grace());
        return jdbi.withHandle(h -> {
            BindingRepository bindings = new BindingRepository(h);
            int copies = bindings.lockBoundTo(accountId, record);
            bindings.release(accountId, record, keepUntil);
            new RecordRows(h).delete(accountId, record, now);
            audit.record(caller, "record.release", "account:" + accountId, null, record + ", " + copies);
            return copies;
        });
    }

    /**
     * The bindings of a copy, oldest first.
     *
     * @throws Refusal if the copy is not there or not the caller's
     */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public List<Bound> of(long copyId) {
        copies.get(copyId);
        return jdbi.withHandle(h -> new BindingRepository(h).of(copyId));
    }

    /**
     * Locks a copy that the caller may see.
     *
     * @return its account
     */
    private long lockVisible(Handle handle, long copyId) {
        long account = new BindingRepository(handle).lockCopy(copyId).orElseThrow(() -> ledger.find(copyId)
                .<Refusal>map(CopyPurged::new)
                .orElseGet(() -> Refusal.notFound("message", copyId)));
        copies.get(copyId);
        return account;
    }
}
