package org.holdfast.sync;

import java.time.Instant;

/**
 * A copy that has no original for now.
 *
 * @param announced RFC822.SIZE when it was stored
 * @param content digest and size of what is stored
 */
record HomelessCopy(long id, Instant receivedAt, long announced, String messageId, String content) {}
