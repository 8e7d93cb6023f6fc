package org.holdfast.notice;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A dated change by which copies of one account go earlier than they would, or its mailboxes stop.
 *
 * @param effectiveAt first instant of the new terms or plan
 * @param oldDays how long unbound copies stayed before; empty: without limit
 * @param newDays how long they stay from then on; empty: without limit
 * @param firstAt when copies first go by it, or mailboxes stop; empty: nobody loses anything as things stand
 */
public record NoticeChange(
        long id,
        long accountId,
        Instant effectiveAt,
        Kind kind,
        String oldPlan,
        String newPlan,
        OptionalInt oldDays,
        OptionalInt newDays,
        boolean syncStops,
        Optional<Instant> firstAt,
        Status status) {

    /** What changes. */
    public enum Kind {
        /** The terms of the account's plan. */
        TERMS,
        /** The account's plan. */
        SUBSCRIPTION
    }

    /** Whether it still comes. */
    public enum Status {
        OPEN,
        WITHDRAWN,
        PAST
    }
}
