package org.holdfast.mailbox;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** Mailboxes with their work and their counts, for the console; names no mail. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class MailboxList {

    private static final int MOST = 200;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Jdbi jdbi;

    /**
     * A page in the order of ids: an owner's own and those shared with them, for others all.
     *
     * @param afterId the last id of the page before; 0 for the first
     * @param limit 1 to 200
     */
    public List<MailboxLine> page(MailboxLineFilter filter, long afterId, int limit) {
        Caller caller = currentCaller.get();
        if (filter.accountId() != null) {
            caller.requireSees(filter.accountId(), "account", filter.accountId());
        }
        Optional<Long> user = caller.role() == Role.OWNER ? Optional.of(caller.userId()) : Optional.empty();
        int size = Math.max(1, Math.min(limit, MOST));
        return jdbi.withHandle(h -> new MailboxLineQuery(h).page(filter, user, afterId, size));
    }

    /**
     * One mailbox.
     *
     * @throws Refusal if it is not there or not the caller's to see
     */
    public MailboxLine get(long id) {
        Caller caller = currentCaller.get();
        return jdbi.withHandle(h -> new MailboxLineQuery(h).find(id))
                .filter(line -> new MailboxAccess(jdbi).sees(caller, line.accountId(), id))
                .orElseThrow(() -> Refusal.notFound("mailbox", id));
    }
}
