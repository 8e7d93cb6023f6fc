package org.holdfast.search;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.message.Copies;
import org.holdfast.message.Copy;
import org.holdfast.message.CopyCursor;
import org.holdfast.refusal.Refusal;
import org.jdbi.v3.core.Jdbi;

/** Conversations in the mailboxes that the caller may read. */
@Stateless
@RolesAllowed(Role.OWNER_NAME)
public class MailThreads {

    @Inject
    private Jdbi jdbi;

    @Inject
    private ReadableMail readable;

    @Inject
    private Copies copies;

    /**
     * A page, the one with the latest message first.
     *
     * @param mailboxId of this one; null: of all that the caller may read
     * @param after the latest copy of the last one of the page before; null: from the start
     */
    public List<MailThread> page(Long mailboxId, CopyCursor after, int limit) {
        List<Long> mailboxes = readable.mailboxes(mailboxId);
        return jdbi.withHandle(h -> new ThreadRows(h).page(mailboxes, after, limit));
    }

    /**
     * The copies of a conversation, oldest first.
     *
     * @param after where the page before ended; null: from the oldest
     * @throws Refusal if there is none of that id that the caller may read
     */
    public List<Copy> copies(long id, CopyCursor after, int limit) {
        List<Long> mailboxes = readable.mailboxes(null);
        List<Long> ids = jdbi.withHandle(h -> new ThreadRows(h).copies(id, mailboxes, after, limit));
        if (ids.isEmpty() && after == null) {
            throw Refusal.notFound("thread", id);
        }
        return copies.inOrder(ids);
    }

    /**
     * Copies of a conversation about one of them, oldest first; none while it has no conversation.
     *
     * @param eachWay how many before it and how many behind it at most
     * @throws Refusal if the copy is not the caller's to read
     */
    public List<Copy> about(long copyId, int eachWay) {
        List<Long> mailboxes = readable.mailboxes(copies.get(copyId).mailboxId());
        return copies.inOrder(jdbi.withHandle(h -> new ThreadRows(h).about(copyId, mailboxes, eachWay)));
    }

    /**
     * The conversation of a copy; empty while it has none, because it was here before there were any.
     *
     * @throws Refusal if the copy is not the caller's to read
     */
    public Optional<Long> of(long copyId) {
        readable.mailboxes(copies.get(copyId).mailboxId());
        return jdbi.withHandle(h -> new ThreadRows(h).of(copyId));
    }
}
