package org.holdfast.idempotency;

import java.util.Objects;
import java.util.Optional;

/**
 * What a key says of a request.
 *
 * @param answer of the first request, where it was answered
 */
public record KeyOutcome(State state, Optional<StoredAnswer> answer) {

    public KeyOutcome {
        Objects.requireNonNull(state);
        Objects.requireNonNull(answer);
    }

    /** Where the first request with the key stands. */
    public enum State {
        /** There was none: this is it. */
        FIRST,
        ANSWERED,
        /** It is being worked on. */
        UNDER_WAY,
        /** Its server was lost before the answer was kept: it may have been done. */
        UNKNOWN,
        /** It was another request. */
        OTHER_REQUEST
    }
}
