package org.holdfast.mailbox;

import java.time.Instant;
import java.util.List;

/**
 * Event, in the transaction of the change: the plan paused mailboxes. Who keeps queued work for them cancels it
 * there, so that it is neither done nor left waiting.
 *
 * @param mailboxIds never empty
 */
public record PausedByPlan(List<Long> mailboxIds, Instant at) {

    public PausedByPlan {
        mailboxIds = List.copyOf(mailboxIds);
    }
}
