package org.holdfast.overview;

import java.time.Instant;
import java.util.Optional;

/**
 * Something recorded today that takes effect later.
 *
 * @param planCode the plan whose terms change, or the plan that an account has from then on
 * @param account the account's name; empty for a change of terms
 */
public record DatedChange(Instant at, Kind kind, String planCode, Optional<String> account) {

    /** What changes. */
    public enum Kind {
        TERMS,
        SUBSCRIPTION_STARTS,
        /** Nothing follows: the account falls to FREE. */
        SUBSCRIPTION_ENDS
    }
}
