package org.holdfast.retention;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What governs a run beside its work.
 *
 * @param priority among queued runs, 1 first
 * @param scheduled whether the schedule started it: it keeps to the time window
 * @param windowClosed whether it was stopped by the end of the window, and goes on in the next one
 * @param previews what it was compared with
 * @param reasons why it is, or was, held
 * @param decidedBy who approved or cancelled it; absent if nobody had to
 * @param copiesPerSecond the limit; absent: none
 */
public record RunControl(
        int priority,
        boolean scheduled,
        boolean windowClosed,
        List<Long> previews,
        List<HeldReason> reasons,
        Optional<String> decidedBy,
        Optional<Instant> decidedAt,
        Optional<Integer> copiesPerSecond) {

    public RunControl {
        previews = List.copyOf(previews);
        reasons = List.copyOf(reasons);
    }
}
