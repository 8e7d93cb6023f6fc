package org.holdfast.run.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the demonstration prints: a line for each step with the time since the start, and the proofs. */
final class Report {

    private final PrintStream out;
    private final long start = System.nanoTime();
    private final List<String> failed = new ArrayList<>();
    private int checks;

    Report(PrintStream out) {
        this.out = out;
    }

    /** Says what happens now. */
    void step(String format, Object... arguments) {
        double seconds = (System.nanoTime() - start) / 1e9;
        out.printf(Locale.ROOT, "[%6.1f s] %s%n", seconds, String.format(Locale.ROOT, format, arguments));
        out.flush();
    }

    /** Prints lines without a time. */
    void plain(String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
        out.flush();
    }

    /** Keeps and prints whether something held. */
    void check(boolean held, String format, Object... arguments) {
        String what = String.format(Locale.ROOT, format, arguments);
        checks++;
        if (!held) {
            failed.add(what);
        }
        plain("  %s  %s", held ? "PASS" : "FAIL", what);
    }

    /** Whether all that was checked held; false when nothing was checked. */
    boolean allHeld() {
        return checks > 0 && failed.isEmpty();
    }

    /** The last word. */
    void verdict() {
        double seconds = (System.nanoTime() - start) / 1e9;
        if (allHeld()) {
            plain("%nAll %d checks held, %.0f s.", checks, seconds);
        } else {
            plain("%n%d of %d checks FAILED:", failed.size(), checks);
            failed.forEach(what -> plain("  %s", what));
        }
    }
}
