package org.holdfast.sync;

import java.time.Instant;
import org.holdfast.message.Flags;
import org.holdfast.message.Head;

/**
 * An original that was fetched whole and shall be stored.
 *
 * @param receivedAt INTERNALDATE; null where there is none
 * @param announced RFC822.SIZE; 0 where the server did not say
 */
record NewCopy(long uid, Instant receivedAt, long announced, Flags flags, Content content, Head head) {}
