package org.holdfast.console;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.holdfast.message.MessagePart;
import org.holdfast.message.Parts;
import org.holdfast.refusal.Refusal;

/** An attachment, to be saved; a browser shows none of them, whatever they call themselves. */
@WebServlet("/console/message-part")
public class MessagePartServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient Parts parts;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String id = request.getParameter("id");
        String path = request.getParameter("part");
        if (id == null || path == null || !id.matches("[0-9]{1,18}") || !path.matches("[1-9][0-9.]{0,99}")) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        try {
            MessagePart part = parts.get(Long.parseLong(id), path);
            try (InputStream content = parts.content(Long.parseLong(id), path, 0)) {
                response.setHeader("Content-Security-Policy", "default-src 'none'; sandbox");
                response.setHeader("Content-Disposition", disposition(part));
                response.setContentType("application/octet-stream");
                response.setContentLengthLong(part.size());
                content.transferTo(response.getOutputStream());
            }
        } catch (Refusal e) {
            response.sendError(e.kind().status());
        }
    }

    /** RFC 6266 section 4: plain for old programs, encoded for others. */
    private static String disposition(MessagePart part) {
        String name = part.fileName().orElse("part-" + part.path());
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
        return "attachment; filename=\"" + name.replaceAll("[^A-Za-z0-9 ._-]", "_") + "\"; filename*=UTF-8''" + encoded;
    }
}
