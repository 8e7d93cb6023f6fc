package org.holdfast.retention;

import java.time.Instant;

/** One of the copies that a preview found due; nothing of what was written in it. */
public record PreviewSample(long copyId, long accountId, long mailboxId, Instant clock, long sizeBytes) {}
