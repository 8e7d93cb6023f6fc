package org.holdfast.mailbox;

import java.util.Objects;

/**
 * Why the plan does not let a mailbox be used at an instant.
 *
 * @param planCode the plan that applies then
 * @param limit how many mailboxes of its kind the plan allows; 0 where it does not synchronise at all
 */
public record PlanStop(long mailboxId, Cause cause, String planCode, boolean shared, int limit) {

    public PlanStop {
        Objects.requireNonNull(cause);
        Objects.requireNonNull(planCode);
    }

    /** What of the plan it is. */
    public enum Cause {
        /** It does not synchronise. */
        NO_SYNC,
        /** It allows fewer mailboxes, and others come first. */
        OVER_LIMIT
    }

    /** In words, for the mailbox's owner. */
    public String sentence() {
        return switch (cause) {
            case NO_SYNC -> "The plan " + planCode + " does not synchronise mailboxes";
            case OVER_LIMIT ->
                "The plan " + planCode + " allows " + limit + (shared ? " shared mailboxes" : " mailboxes per user")
                        + "; others come first";
        };
    }
}
