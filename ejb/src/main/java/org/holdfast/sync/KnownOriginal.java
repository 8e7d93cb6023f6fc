package org.holdfast.sync;

import java.time.Instant;
import java.util.Objects;
import org.holdfast.sync.imap.Listed;

/**
 * What is stored here of an original, to tell whether a number still means it.
 *
 * @param size RFC822.SIZE when it was stored
 * @param messageId null where it has none
 */
record KnownOriginal(long copyId, long uid, Instant receivedAt, long size, String messageId) {

    /** By what a light look shows; a date that the server does not give proves nothing. */
    boolean looksLike(Listed listed) {
        return size == listed.size() && (listed.receivedAt() == null || datedAs(listed));
    }

    /** Beyond doubt, as far as that goes without the content: at least two of three agree, one of them the id. */
    boolean is(Listed listed, String itsMessageId) {
        return messageId != null && messageId.equals(itsMessageId) && (size == listed.size() || datedAs(listed));
    }

    private boolean datedAs(Listed listed) {
        return Objects.equals(receivedAt, listed.receivedAt());
    }
}
