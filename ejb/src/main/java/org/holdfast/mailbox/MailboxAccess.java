package org.holdfast.mailbox;

import java.util.List;
import org.holdfast.account.Role;
import org.holdfast.security.Caller;
import org.jdbi.v3.core.Jdbi;

/** Whose mailbox it is: its owner's, and those with whom it is shared by name. */
public final class MailboxAccess {

    /** The ids of the mailboxes of the user {@code :user}, to be put behind IN. */
    public static final String OF_USER =
            "(SELECT id FROM mailbox WHERE owner_id = :user UNION SELECT mailbox_id FROM mailbox_share WHERE user_id = :user)";

    private final Jdbi jdbi;

    public MailboxAccess(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Whether the user owns the mailbox or has it shared with them: only then may its mail be read. */
    public boolean has(long userId, long mailboxId) {
        return jdbi.withHandle(h -> h.createQuery("SELECT :mailbox IN " + OF_USER)
                .bind("mailbox", mailboxId)
                .bind("user", userId)
                .mapTo(Boolean.class)
                .one());
    }

    /**
     * Whether the caller may know of a mailbox of an account: administrators and auditors of all, owners of
     * their own and those shared with them.
     */
    public boolean sees(Caller caller, long accountId, long mailboxId) {
        return caller.sees(accountId) && (caller.role() != Role.OWNER || has(caller.userId(), mailboxId));
    }

    /** The mailboxes that a user owns or has shared with them. */
    public List<Long> of(long userId) {
        return jdbi.withHandle(h -> h.createQuery("SELECT id FROM " + OF_USER + " AS own")
                .bind("user", userId)
                .mapTo(Long.class)
                .list());
    }
}
