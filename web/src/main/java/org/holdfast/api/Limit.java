package org.holdfast.api;

/**
 * A limit in a request: a whole number, or the text {@code unlimited}. Never absent, since 0 and no limit
 * are too different to be mistaken for one another.
 *
 * @param orNull null: unlimited
 */
public record Limit(Integer orNull) {

    /** How no limit is written. */
    static final String UNLIMITED = "unlimited";
}
