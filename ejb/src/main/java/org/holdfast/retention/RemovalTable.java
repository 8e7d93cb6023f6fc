package org.holdfast.retention;

import java.io.IOException;
import java.io.Writer;
import java.util.List;

/** What leaves, account by account, as CSV (RFC 4180); read page by page however many there are. */
public final class RemovalTable {

    private static final int PAGE = 1_000;

    private final Removals removals;
    private final RemovalFilter filter;

    public RemovalTable(Removals removals, RemovalFilter filter) {
        this.removals = removals;
        this.filter = filter;
    }

    /** Writes a head line and one line for each account that loses something or keeps something. */
    public void write(Writer writer) throws IOException {
        writer.write("account_id,account,leaving_copies,leaving_bytes,kept_bound,kept_held,kept_in_grace\r\n");
        long after = 0;
        List<RemovalLine> lines;
        do {
            lines = removals.accounts(filter, after, PAGE).lines();
            for (RemovalLine line : lines) {
                writer.write(line(line));
                after = Long.parseLong(line.key());
            }
        } while (lines.size() == PAGE);
        writer.flush();
    }

    private static String line(RemovalLine line) {
        return line.key() + "," + quoted(line.label()) + "," + line.leaving() + "," + line.leavingBytes() + ","
                + line.keptBound() + "," + line.keptHeld() + "," + line.keptInGrace() + "\r\n";
    }

    /** A name is never a formula: spreadsheets run what begins with these. */
    static String quoted(String text) {
        boolean formula = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0;
        return "\"" + (formula ? "'" : "") + text.replace("\"", "\"\"") + "\"";
    }
}
