package org.holdfast.security;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where a person wanted to go before signing in: always a page of this console, never another site. */
public final class ReturnPath {

    /** The request parameter of the sign-in page that carries it. */
    public static final String PARAMETER = "from";

    private static final Pattern LOCAL =
            Pattern.compile("/console/[A-Za-z0-9_-][A-Za-z0-9_./-]{0,200}(\\?[A-Za-z0-9_.~%&=+-]{0,500})?");

    private ReturnPath() {}

    /**
     * Checks a path that came with a request.
     *
     * @param path within the application, perhaps with a query; null for none
     * @return the path if it names a page of this console, safe to redirect to after the context path
     */
    public static Optional<String> of(String path) {
        return path != null && LOCAL.matcher(path).matches() && !path.contains("..") && !path.contains("//")
                ? Optional.of(path)
                : Optional.empty();
    }

    /** The sign-in page within the application, which remembers the path if it is safe. */
    static String signInPage(String path) {
        return "/login.xhtml"
                + of(path).map(p -> "?" + PARAMETER + "=" + URLEncoder.encode(p, StandardCharsets.UTF_8))
                        .orElse("");
    }
}
