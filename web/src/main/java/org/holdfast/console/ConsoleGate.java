package org.holdfast.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.holdfast.account.Role;

/** Keeps each role out of the pages that are not for it, and every page of the console out of caches. */
@WebFilter("/console/*")
public class ConsoleGate extends HttpFilter {

    private static final long serialVersionUID = 1L;

    /** What the addresses begin with that a role does not open. */
    private static final Map<Role, List<String>> CLOSED = Map.of(
            Role.OWNER,
            List.of(
                    "/console/holds",
                    "/console/ledger",
                    "/console/notices",
                    "/console/plan",
                    "/console/purge",
                    "/console/removals",
                    "/console/rules",
                    "/console/webhooks"),
            Role.AUDITOR,
            List.of("/console/compose", "/console/connect", "/console/message", "/console/my-mail", "/console/sending"),
            Role.ADMINISTRATOR,
            List.of("/console/compose", "/console/message", "/console/my-mail", "/console/sending"));

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.setHeader("Cache-Control", "no-store");
        String page = request.getServletPath();
        boolean closed = CLOSED.entrySet().stream()
                .filter(entry -> request.isUserInRole(entry.getKey().name()))
                .anyMatch(entry -> entry.getValue().stream().anyMatch(page::startsWith));
        if (closed) {
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
        } else {
            chain.doFilter(request, response);
        }
    }
}
