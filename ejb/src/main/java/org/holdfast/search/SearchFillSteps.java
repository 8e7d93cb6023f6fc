package org.holdfast.search;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Steps of {@link SearchFill}, each a transaction of its own. Asks for no caller. */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class SearchFillSteps {

    private static final int AT_ONCE = 100;

    @Inject
    private Jdbi jdbi;

    /** Mailboxes that are not done. */
    public List<Long> mailboxes() {
        return jdbi.withHandle(h -> new SearchFill(h).mailboxes());
    }

    /** Whether there was something to do in a mailbox. */
    public boolean step(long mailboxId) {
        return jdbi.withHandle(h -> new SearchFill(h).step(mailboxId, AT_ONCE));
    }
}
