package org.holdfast.search;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.util.List;
import org.holdfast.account.Role;
import org.holdfast.message.Copies;
import org.holdfast.message.Copy;
import org.holdfast.message.CopyCursor;
import org.holdfast.refusal.Refusal;
import org.jdbi.v3.core.Jdbi;

/** Full-text search in the mailboxes that the caller may read; nobody else's words are even looked at. */
@Stateless
@RolesAllowed(Role.OWNER_NAME)
public class MessageSearch {

    @Inject
    private Jdbi jdbi;

    @Inject
    private ReadableMail readable;

    @Inject
    private Copies copies;

    /**
     * A page of what a query finds, newest clock first.
     *
     * @param query as {@link SearchQuery#parse} takes it
     * @param mailboxId in this one; null: in all that the caller may read
     * @param after where the page before ended; null: from the newest
     * @throws Refusal {@code query-invalid}, or if the mailbox is not the caller's to read
     */
    public List<Copy> find(String query, Long mailboxId, CopyCursor after, int limit) {
        List<Long> mailboxes = readable.mailboxes(mailboxId);
        SearchQuery parsed = SearchQuery.parse(query);
        return copies.inOrder(jdbi.withHandle(h -> new SearchRows(h).find(parsed, mailboxes, after, limit)));
    }

    /** Whether older copies may still be overlooked, because their entries are being made. */
    public boolean isFilling() {
        List<Long> mailboxes = readable.mailboxes(null);
        return jdbi.withHandle(h -> SearchFill.isUnderWay(h, mailboxes));
    }
}
