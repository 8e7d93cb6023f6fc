package org.holdfast.retention;

import java.time.Instant;

/** A place in the order in which the purge reads copies: account, then clock, then id. */
public record CopyKey(long accountId, Instant clock, long copyId) {

    /** Before every copy of an account and of those after it. */
    static CopyKey before(long accountId) {
        return new CopyKey(accountId - 1, Instant.EPOCH, 0);
    }
}
