package org.holdfast.binding;

import java.util.regex.Pattern;

/**
 * The record or task that a copy is bound to.
 *
 * @param kind a record type (lead, contact, company, deal, ...) or task: a lower-case letter, then up to 31
 *     lower-case letters, digits or underscores
 * @param reference the record's key in the suite, 1 to 200 characters
 */
public record BindingTarget(String kind, String reference) {

    private static final Pattern KIND = Pattern.compile("[a-z][a-z0-9_]{0,31}");

    public BindingTarget {
        if (!KIND.matcher(kind).matches()) {
            throw new IllegalArgumentException("A kind is lower-case, such as deal or task, not " + kind);
        }
        if (reference.isBlank() || reference.length() > 200) {
            throw new IllegalArgumentException("A reference has 1 to 200 characters");
        }
    }

    @Override
    public String toString() {
        return kind + ":" + reference;
    }
}
