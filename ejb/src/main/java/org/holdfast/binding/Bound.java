package org.holdfast.binding;

import java.time.Instant;
import java.util.Optional;

/**
 * A binding as it is stored.
 *
 * @param boundBy who bound it
 * @param ruleId the rule that bound it; empty: a person did
 */
public record Bound(
        long id, long copyId, BindingTarget target, String boundBy, Instant boundAt, Optional<Long> ruleId) {}
