package org.holdfast.account;

import java.time.Instant;
import java.util.List;

/**
 * What another plan would do to an account at an instant, read from the data as it is.
 *
 * @param copies all copies of the account
 * @param due of them those that the plan would let go then
 * @param dueAnyway of the due ones those that go by then on the plan that is known now
 * @param kept of all copies those that stay: bound, held, young or in their release grace
 * @param stopping mailboxes that would stop
 * @param resuming mailboxes that would synchronise again
 */
public record PlanOutlook(
        long accountId,
        String planCode,
        Instant at,
        long copies,
        long due,
        long dueBytes,
        long dueAnyway,
        KeptCopies kept,
        List<String> stopping,
        List<String> resuming) {

    public PlanOutlook {
        stopping = List.copyOf(stopping);
        resuming = List.copyOf(resuming);
    }

    /** Why copies stay. */
    public record KeptCopies(long bound, long held, long young, long inGrace) {}
}
