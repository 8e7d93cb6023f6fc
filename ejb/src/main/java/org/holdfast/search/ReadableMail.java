package org.holdfast.search;

import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.util.List;
import org.holdfast.account.Role;
import org.holdfast.mailbox.MailboxAccess;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** Which mailboxes the caller may read: their own and those shared with them. */
@Stateless
public class ReadableMail {

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    /**
     * The ids of these mailboxes.
     *
     * @param only one of them; null: all
     * @throws Refusal if that one is not among them, or for administrators and auditors, who read nobody's mail
     */
    public List<Long> mailboxes(Long only) {
        Caller caller = currentCaller.get();
        if (caller.role() != Role.OWNER) {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN,
                    "content-private",
                    "The content of a message is for the mailbox's owner and those it is shared with");
        }
        List<Long> own = new MailboxAccess(jdbi).of(caller.userId());
        if (only == null) {
            return own;
        }
        if (!own.contains(only)) {
            throw Refusal.notFound("mailbox", only);
        }
        return List.of(only);
    }
}
