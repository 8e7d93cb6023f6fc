package org.holdfast.api;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Lines of a CSV file (RFC 4180) that a spreadsheet takes for values: a text that would begin a formula there
 * gets an apostrophe in front.
 */
final class Csv {

    private Csv() {}

    /** One line with its end; null is an empty cell. */
    static String line(Object... cells) {
        return Arrays.stream(cells).map(Csv::cell).collect(Collectors.joining(",", "", "\r\n"));
    }

    private static String cell(Object value) {
        if (value == null || value instanceof Number) {
            return value == null ? "" : value.toString();
        }
        String text = value.toString();
        String safe = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        boolean quoted = safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return quoted ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }
}
