package org.holdfast.retention;

import java.util.Optional;

/**
 * A mailbox in which a run found other than its preview.
 *
 * @param expected copies that the preview counted due
 * @param due copies that the run found due
 * @param arrived due now and stored since the preview
 * @param aged due now and inside the window at the preview's instant
 * @param released due now and bound, held or in grace at the time of the preview
 * @param bound would be due and was bound since
 * @param held would be due and came under a hold since
 * @param planBefore the plan that the preview saw; absent if it did not know the mailbox
 * @param reason what explains most of it
 */
public record Difference(
        long accountId,
        long mailboxId,
        long expected,
        long due,
        long arrived,
        long aged,
        long released,
        long bound,
        long held,
        Optional<String> planBefore,
        String planNow,
        Reason reason) {

    /** Why a run finds other than its preview. */
    public enum Reason {
        /** The account was made since. */
        ACCOUNT_NEW,
        /** The mailbox was connected since. */
        MAILBOX_NEW,
        /** The account has another plan at the run's instant, or its plan other terms. */
        PLAN_CHANGED,
        ARRIVED,
        AGED,
        RELEASED,
        BOUND,
        HELD,
        /** Copies are no longer there: removed by their owner, at the provider, or by another run. */
        GONE,
        OTHER
    }
}
