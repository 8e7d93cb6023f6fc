package org.holdfast.run;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the first-run token where an administrator reads it: in the server's log. */
public final class FirstRunToken {

    private static final Pattern LINE = Pattern.compile("First-run token: ([^\\s\\]]+)");

    private FirstRunToken() {}

    /**
     * The token that a server printed.
     *
     * @throws IllegalStateException if the log has none
     */
    public static String in(String logged) {
        Matcher found = LINE.matcher(logged);
        if (!found.find()) {
            throw new IllegalStateException("The server's log has no first-run token:\n" + ServerProcess.end(logged));
        }
        return found.group(1);
    }
}
