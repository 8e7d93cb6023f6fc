package org.holdfast.api;

import java.util.List;
import java.util.Optional;

/**
 * Every answer that is not a success (RFC 9457).
 *
 * @param type {@code urn:holdfast:problem:} and the code
 * @param title the same for every occurrence of the code's status
 * @param status the HTTP status
 * @param detail what is wrong this time and what to do
 * @param instance the path of the request; for failures of ours {@code urn:uuid:} and the reference in the log
 * @param code stable; for programs
 * @param errors what is wrong with single fields; empty otherwise
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        Optional<String> instance,
        String code,
        List<FieldError> errors) {

    /** The media type of problems. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** A problem with one code. */
    public static Problem of(Heading heading, String detail, String instance, List<FieldError> errors) {
        return new Problem(
                "urn:holdfast:problem:" + heading.code(),
                heading.title(),
                heading.status(),
                detail,
                Optional.ofNullable(instance),
                heading.code(),
                errors);
    }

    /** What is the same for every occurrence. */
    public record Heading(int status, String title, String code) {}
}
