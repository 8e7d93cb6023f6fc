package org.holdfast.plan;

import java.time.Instant;
import java.util.Objects;

/**
 * The instant that parts what may stay from what is due: a clock at or before it is beyond the
 * window, a clock after it is inside.
 */
public record Cutoff(Instant at) {

    public Cutoff {
        Objects.requireNonNull(at);
    }

    /** Whether a copy or original with this clock lies beyond the window. */
    public boolean isBeyond(Instant clock) {
        return !clock.isAfter(at);
    }
}
