package org.holdfast.console;

import java.util.regex.Pattern;
import org.holdfast.security.ReturnPath;

/** A page of this application to come back to, never anything else. */
final class ReturnAddress {

    static final String OVERVIEW = "/console/overview.xhtml";

    private static final Pattern PUBLIC = Pattern.compile("/(?:login|setup)\\.xhtml(?:\\?[A-Za-z0-9=&%._-]{0,400})?");

    private ReturnAddress() {}

    /** The address if it is one of our pages, else the overview; may be null. */
    static String orOverview(String address) {
        return address != null && PUBLIC.matcher(address).matches()
                ? address
                : ReturnPath.of(address).orElse(OVERVIEW);
    }
}
