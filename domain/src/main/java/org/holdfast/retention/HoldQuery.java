package org.holdfast.retention;

import java.time.Instant;
import java.util.Optional;

/**
 * Which copies a hold by query keeps: those that meet every condition given, now and whenever one arrives.
 *
 * @param sender a part of the sender, such as {@code @example.org}, whatever the case
 * @param words a text found in the subject, sender or recipients, whatever the case
 * @param from first retention clock, to the microsecond
 * @param until first retention clock no longer kept
 */
public record HoldQuery(
        Optional<String> sender, Optional<String> words, Optional<Instant> from, Optional<Instant> until) {

    public HoldQuery {
        sender = sender.map(String::strip);
        words = words.map(String::strip);
        if (sender.isEmpty() && words.isEmpty() && from.isEmpty() && until.isEmpty()) {
            throw new IllegalArgumentException("A query has at least one condition; else hold the account or mailbox");
        }
        requireLength("sender", sender, 320);
        requireLength("words", words, 500);
        if (from.isPresent() && until.isPresent() && !until.get().isAfter(from.get())) {
            throw new IllegalArgumentException("A query's range ends after it begins");
        }
    }

    private static void requireLength(String what, Optional<String> text, int most) {
        if (text.isPresent() && (text.get().isEmpty() || text.get().length() > most)) {
            throw new IllegalArgumentException("A query's " + what + " has 1 to " + most + " characters");
        }
    }
}
