package org.holdfast.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.holdfast.account.Role;

/** Keeps each role out of the pages that are not for it, and every page of the console out of caches. */
@WebFilter("/console/*")
public class ConsoleGate extends HttpFilter {

    private static final long serialVersionUID = 1L;

    private static final String OPERATORS_ONLY = "/console/purge";
    private static final String NOT_FOR_AUDITORS = "/console/connect";

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.setHeader("Cache-Control", "no-store");
        String path = request.getServletPath();
        if ((path.startsWith(OPERATORS_ONLY) && request.isUserInRole(Role.OWNER_NAME))
                || (path.startsWith(NOT_FOR_AUDITORS) && request.isUserInRole(Role.AUDITOR_NAME))) {
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
        } else {
            chain.doFilter(request, response);
        }
    }
}
