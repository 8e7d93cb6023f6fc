package org.holdfast.console;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;

/** Remembers language and theme in cookies and returns to the page; works signed in or not, on every page. */
@WebServlet("/preferences")
public class Preferences extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final Set<String> THEMES = Set.of("light", Viewer.DARK);

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String language = request.getParameter("language");
        if (language != null) {
            Viewer.language(language)
                    .ifPresent(l -> remember(Viewer.LANGUAGE_COOKIE, l.getLanguage(), request, response));
        }
        String theme = request.getParameter("theme");
        if (theme != null && THEMES.contains(theme)) {
            remember(Viewer.THEME_COOKIE, theme, request, response);
        }
        response.sendRedirect(request.getContextPath() + ReturnAddress.orOverview(request.getParameter("back")));
    }

    private static void remember(String name, String value, HttpServletRequest request, HttpServletResponse response) {
        Cookie cookie = new Cookie(name, value);
        cookie.setPath(request.getContextPath() + "/");
        cookie.setHttpOnly(true);
        cookie.setSecure(request.isSecure());
        cookie.setAttribute("SameSite", "Lax");
        cookie.setMaxAge((int) Duration.ofDays(365).toSeconds());
        response.addCookie(cookie);
    }
}
