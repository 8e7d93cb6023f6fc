package org.holdfast.api;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One range of bytes that a request asks for (RFC 9110 section 14).
 *
 * @param from the first, counted from 0
 * @param end the last, exclusive; not after {@code from}: there is no such byte
 */
record ByteRange(long from, long end) {

    private static final Pattern FROM = Pattern.compile("bytes=(\\d{1,18})-(\\d{0,18})");
    private static final Pattern LAST = Pattern.compile("bytes=-(\\d{1,18})");

    /** From the header; empty if there is none, or one that a server may ignore: another unit, several ranges, no sense. */
    static Optional<ByteRange> parse(String header, long size) {
        String wanted = header == null ? "" : header.strip();
        Matcher last = LAST.matcher(wanted);
        if (last.matches()) {
            return Optional.of(new ByteRange(Math.max(0, size - Long.parseLong(last.group(1))), size));
        }
        Matcher parts = FROM.matcher(wanted);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long from = Long.parseLong(parts.group(1));
        long end = parts.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(parts.group(2)) + 1;
        return from < end ? Optional.of(new ByteRange(from, Math.min(size, end))) : Optional.empty();
    }

    /** The answer to a range that has no byte in it: a problem, and how many bytes there are. */
    static Response unsatisfiable(long size, UriInfo uri) {
        Problem problem = Problem.of(
                new Problem.Heading(416, "Range Not Satisfiable", "range-not-satisfiable"),
                "The content has " + size + " bytes: ask for a range within them",
                uri.getRequestUri().getRawPath(),
                List.of());
        return Response.status(Response.Status.REQUESTED_RANGE_NOT_SATISFIABLE)
                .type(Problem.MEDIA_TYPE)
                .header("Content-Range", "bytes */" + size)
                .entity(problem)
                .build();
    }

    boolean isSatisfiable() {
        return from < end;
    }

    long length() {
        return end - from;
    }
}
