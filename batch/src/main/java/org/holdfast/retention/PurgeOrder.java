package org.holdfast.retention;

import java.time.Instant;

/** What a run is to do, pinned when it was recorded. */
public record PurgeOrder(long runId, PurgeScope scope, Instant asOf, int workerSlots, int chunkSize) {}
