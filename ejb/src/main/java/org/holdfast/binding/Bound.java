package org.holdfast.binding;

import java.time.Instant;

/**
 * A binding as it is stored.
 *
 * @param boundBy who bound it
 */
public record Bound(long id, long copyId, BindingTarget target, String boundBy, Instant boundAt) {}
