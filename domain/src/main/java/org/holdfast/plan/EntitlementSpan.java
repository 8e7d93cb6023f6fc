package org.holdfast.plan;

import java.time.Instant;
import java.util.Objects;

/**
 * What an account may do from an instant on, until the next span of its timeline begins.
 *
 * @param from first instant at which it applies
 */
public record EntitlementSpan(Instant from, Entitlement entitlement) {

    public EntitlementSpan {
        Objects.requireNonNull(from);
        Objects.requireNonNull(entitlement);
    }
}
