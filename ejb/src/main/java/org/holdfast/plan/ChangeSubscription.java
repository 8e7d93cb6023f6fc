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
 */
public record ChangeSubscription(String planCode, Instant from, Instant until, String reason) {

    public ChangeSubscription {
        Objects.requireNonNull(planCode);
        Objects.requireNonNull(reason);
    }
}
