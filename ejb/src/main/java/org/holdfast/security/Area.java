package org.holdfast.security;

import java.util.Set;

/** The parts of the application, by path, and how one gets in. Whatever is not named is {@link #CONSOLE}. */
enum Area {
    /** Open to everybody. */
    PUBLIC,
    /** Open to everybody, but a token that comes along must be right. */
    PUBLIC_API,
    /** Only with a token; never by a session, so that no other site can use a browser's. */
    API,
    /** With a session; others are sent to the sign-in page. */
    CONSOLE;

    /** Where the API of this version begins. */
    static final String API_ROOT = "/api/";

    private static final Set<String> PUBLIC_PAGES =
            Set.of("/login.xhtml", "/setup.xhtml", "/preferences", "/favicon.ico", "/robots.txt");
    private static final Set<String> PUBLIC_RESOURCES =
            Set.of("/api/v1/openapi.json", "/api/v1/health", "/api/v1/setup", "/api/v1/tokens");

    /**
     * The area of a path.
     *
     * @param path within the application, decoded, without parameters, as the container matched it
     */
    static Area of(String path) {
        if (path.equals("/api") || path.startsWith(API_ROOT)) {
            return PUBLIC_RESOURCES.contains(path) ? PUBLIC_API : API;
        }
        boolean open = PUBLIC_PAGES.contains(path) || path.startsWith("/jakarta.faces.resource/");
        return open ? PUBLIC : CONSOLE;
    }

    boolean isApi() {
        return this == API || this == PUBLIC_API;
    }
}
