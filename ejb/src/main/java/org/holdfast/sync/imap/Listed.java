package org.holdfast.sync.imap;

import java.time.Instant;
import org.holdfast.message.Flags;

/**
 * What a light look shows of an original.
 *
 * @param receivedAt INTERNALDATE; null where the server gives none that can be read
 * @param size RFC822.SIZE, which some servers get wrong
 */
public record Listed(long uid, Instant receivedAt, long size, Flags flags) {}
