package org.holdfast.retention;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A preview's mailboxes as a CSV file (RFC 4180) that a spreadsheet takes for values: a text that would begin
 * a formula there gets an apostrophe in front.
 */
public final class PreviewCsv {

    private PreviewCsv() {}

    /** The names of the columns. */
    public static String head() {
        return line(
                "account",
                "accountName",
                "mailbox",
                "address",
                "plan",
                "dueCopies",
                "dueBytes",
                "anywayCopies",
                "anywayBytes",
                "keptBound",
                "keptHeld",
                "keptYoung",
                "keptInGrace",
                "syncChange");
    }

    /** One mailbox. */
    public static String line(PreviewMailbox row) {
        return line(
                row.accountId(),
                row.accountName(),
                row.mailboxId(),
                row.address(),
                row.planCode(),
                row.dueCopies(),
                row.dueBytes(),
                row.anywayCopies(),
                row.anywayBytes(),
                row.kept().bound(),
                row.kept().held(),
                row.kept().young(),
                row.kept().inGrace(),
                row.syncChange().map(Enum::name).orElse(""));
    }

    static String line(Object... cells) {
        return Arrays.stream(cells).map(PreviewCsv::cell).collect(Collectors.joining(",", "", "\r\n"));
    }

    private static String cell(Object value) {
        if (value instanceof Number) {
            return value.toString();
        }
        String text = value.toString();
        String safe = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        boolean quoted = safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return quoted ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }
}
