package org.holdfast.rule;

import java.util.Objects;
import java.util.Optional;

/**
 * A rule as somebody wants it.
 *
 * @param name 1 to 100 characters
 * @param kind the kind of record to bind to; may be empty for REPLY only: of any kind
 * @param pattern for SUBJECT: a text with {reference} in it, such as [deal {reference}]
 * @param position rules are asked in this order; all that match bind
 */
public record RuleDraft(
        String name, RuleBasis basis, Optional<String> kind, Optional<String> pattern, boolean enabled, int position) {

    public RuleDraft {
        Objects.requireNonNull(basis);
        name = name.strip();
        if (name.isEmpty() || name.length() > 100) {
            throw new IllegalArgumentException("A rule's name has 1 to 100 characters");
        }
        if (basis != RuleBasis.REPLY && kind.isEmpty()) {
            throw new IllegalArgumentException("A rule by " + basis + " names the kind of record");
        }
        if ((basis == RuleBasis.SUBJECT) != pattern.isPresent()) {
            throw new IllegalArgumentException("A rule by SUBJECT, and no other, has a pattern");
        }
        pattern.ifPresent(SubjectPattern::new);
    }
}
