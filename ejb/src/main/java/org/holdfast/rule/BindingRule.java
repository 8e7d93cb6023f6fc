package org.holdfast.rule;

import java.time.Instant;

/**
 * A rule of an account.
 *
 * @param bindings how many bindings there are that it made
 */
public record BindingRule(
        long id,
        long accountId,
        RuleDraft draft,
        String createdBy,
        Instant createdAt,
        Instant changedAt,
        long bindings,
        long version) {

    /** How its bindings name who made them. */
    public String by() {
        return "rule " + id + " (" + draft.name() + ")";
    }
}
