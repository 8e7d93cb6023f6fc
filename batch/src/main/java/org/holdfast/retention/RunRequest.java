package org.holdfast.retention;

import java.time.Instant;
import java.util.Optional;

/**
 * A run as it is recorded.
 *
 * @param asOf to the microsecond
 * @param scheduled whether the schedule starts it
 */
record RunRequest(
        PurgeScope scope, Instant asOf, Optional<Long> previewId, int priority, boolean scheduled, RunLimits limits) {}
