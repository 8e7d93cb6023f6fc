package org.holdfast.plan;

import java.time.Instant;
import java.util.Objects;

/**
 * A change of an account's plan.
 *
 * @param planCode the plan from then on
 * @param from first instant of the new plan; null: now
 * @param until first instant at which it no longer applies and the account falls to FREE; null: open
 * @param reason why, for the audit trail
 * @param previewId the stored preview that it rests on; null: none
 */
public record ChangeSubscription(String planCode, Instant from, Instant until, String reason, Long previewId) {

    public ChangeSubscription {
        Objects.requireNonNull(planCode);
        Objects.requireNonNull(reason);
    }

    /** A change that rests on no preview. */
    public ChangeSubscription(String planCode, Instant from, Instant until, String reason) {
        this(planCode, from, until, reason, null);
    }
}
