package org.holdfast.api;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Pattern;

/** How ids and instants are written in bodies, paths and queries. */
final class Texts {

    /** Said where an instant is not understood. */
    static final String INSTANT_FORM = "is an instant such as 2026-01-31T12:00:00Z";

    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private Texts() {}

    static Optional<Long> id(String text) {
        return DIGITS.matcher(text).matches() ? Optional.of(Long.valueOf(text)) : Optional.empty();
    }

    /** With an offset; in the years 1 to 9999. */
    static Optional<Instant> instant(String text) {
        try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            return instant.isBefore(FIRST) || instant.isAfter(LAST) ? Optional.empty() : Optional.of(instant);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
