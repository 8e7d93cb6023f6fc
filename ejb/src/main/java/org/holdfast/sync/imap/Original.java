package org.holdfast.sync.imap;

import java.time.Instant;
import org.holdfast.message.Flags;

/**
 * An original with its content.
 *
 * @param receivedAt INTERNALDATE; null where the server gives none that can be read
 * @param raw the content; not copied, since it may be large
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Original(long uid, Instant receivedAt, Flags flags, byte[] raw) {}
