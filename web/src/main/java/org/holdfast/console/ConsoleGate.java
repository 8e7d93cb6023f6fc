package org.holdfast.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.holdfast.account.Role;

/** Keeps owners out of the operators' pages, and every page of the console out of caches. */
@WebFilter("/console/*")
public class ConsoleGate extends HttpFilter {

    private static final long serialVersionUID = 1L;

    private static final List<String> OPERATORS_ONLY = List.of("/console/purge", "/console/rules", "/console/webhooks");

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.setHeader("Cache-Control", "no-store");
        boolean operators = OPERATORS_ONLY.stream().anyMatch(request.getServletPath()::startsWith);
        if (operators && request.isUserInRole(Role.OWNER_NAME)) {
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
        } else {
            chain.doFilter(request, response);
        }
    }
}
