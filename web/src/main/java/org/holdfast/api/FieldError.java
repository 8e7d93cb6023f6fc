package org.holdfast.api;

/**
 * One thing that is wrong with a request.
 *
 * @param field the member of the body, with dots below the first level, or the query parameter
 * @param message what is wrong and what is expected
 */
public record FieldError(String field, String message) {}
