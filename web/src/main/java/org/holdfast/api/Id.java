package org.holdfast.api;

/** An id in a request's body; a text of digits in JSON, since numbers lose digits in some languages. */
public record Id(long value) {

    /** How an id is written. */
    static String of(long value) {
        return Long.toString(value);
    }
}
