package org.holdfast.console;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.holdfast.message.MessageBody;
import org.holdfast.message.Parts;
import org.holdfast.message.SafeHtml;
import org.holdfast.refusal.Refusal;

/**
 * What a message says, as a document of its own for a sandboxed frame. Three walls, each enough alone: the HTML is
 * sanitised, the policy of the document lets nothing run or be fetched, and the sandbox gives it no origin.
 */
@WebServlet("/console/message-body")
public class MessageBodyServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src %s; base-uri 'none';"
            + " form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

    private static final String HEAD = "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>-</title><style>"
            + "html{background:#fff;color:#1c2530}body{margin:1rem;font:15px/1.5 system-ui,sans-serif;"
            + "overflow-wrap:anywhere}pre{white-space:pre-wrap;font:inherit;margin:0}table{max-width:100%}"
            + "img{max-width:100%;height:auto}a{color:#1565c0}small{color:#5f6b76}</style></head><body>";

    @Inject
    private transient Parts parts;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String id = request.getParameter("id");
        boolean pictures = "true".equals(request.getParameter("pictures"));
        if (id == null || !id.matches("[0-9]{1,18}")) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        try {
            MessageBody body = parts.body(Long.parseLong(id));
            response.setHeader("Content-Security-Policy", POLICY.formatted(pictures ? "http: https:" : "'none'"));
            response.setHeader("Referrer-Policy", "no-referrer");
            response.setContentType("text/html; charset=UTF-8");
            response.getWriter().write(HEAD + shown(body, pictures) + "</body></html>");
        } catch (Refusal e) {
            response.sendError(e.kind().status());
        }
    }

    private static String shown(MessageBody body, boolean pictures) {
        return body.html()
                .map(html -> SafeHtml.of(html, pictures))
                .filter(html -> !html.isBlank())
                .orElseGet(() -> "<pre>" + escaped(body.text().orElse("")) + "</pre>");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
