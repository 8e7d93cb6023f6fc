package org.holdfast.console;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.holdfast.retention.RemovalFilter;
import org.holdfast.retention.RemovalTable;
import org.holdfast.retention.Removals;

/** What leaves, account by account, as a file for a spreadsheet; what is shown is what is saved. */
@WebServlet("/console/removals.csv")
public class RemovalsDownload extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient Removals removals;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String days = request.getParameter("days");
        String plan = request.getParameter("plan");
        boolean usable = days != null && days.matches("[1-9]|[12][0-9]|3[0-6]");
        if (!usable) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        response.setContentType("text/csv; charset=UTF-8");
        response.setHeader("Content-Disposition", "attachment; filename=\"removals.csv\"");
        RemovalFilter filter = new RemovalFilter(
                Integer.parseInt(days), Optional.ofNullable(plan).filter(code -> !code.isEmpty()), Optional.empty());
        new RemovalTable(removals, filter).write(response.getWriter());
    }
}
