package org.holdfast.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** The headers that every answer carries, whoever writes it. */
public final class SecurityHeaders {

    /**
     * For pages. Scripts that are written into a page are narrowed further by the nonce policy that
     * PrimeFaces adds; a browser obeys both.
     */
    private static final String PAGES = "default-src 'self'; script-src 'self' 'unsafe-inline';"
            + " style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:;"
            + " object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

    private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox";

    private SecurityHeaders() {}

    /** The path within the application, decoded and without parameters, as the container matched it. */
    static String pathOf(HttpServletRequest request) {
        String rest = request.getPathInfo();
        return rest == null ? request.getServletPath() : request.getServletPath() + rest;
    }

    /** Sets them, before anything is written. */
    public static void apply(HttpServletRequest request, HttpServletResponse response) {
        boolean api = Area.of(pathOf(request)).isApi();
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", api ? "DENY" : "SAMEORIGIN");
        response.setHeader("Referrer-Policy", "same-origin");
        response.setHeader("Content-Security-Policy", api ? NOTHING : PAGES);
        if (api) {
            response.setHeader("Cache-Control", "no-store");
        }
    }
}
