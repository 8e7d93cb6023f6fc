package org.holdfast.sync;

import java.time.Instant;
import org.holdfast.message.Flags;
import org.holdfast.message.Head;

/**
 * An original that was fetched whole and shall be stored.
 *
 * @param receivedAt INTERNALDATE; null where there is none
 */
record NewCopy(long uid, Instant receivedAt, Flags flags, Content content, Head head) {}
