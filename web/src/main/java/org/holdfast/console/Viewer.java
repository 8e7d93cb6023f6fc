package org.holdfast.console;

import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How the person in front of the browser wants to read: language, light or dark, and in which zone. */
@Named
@RequestScoped
public class Viewer {

    /** Languages that every text exists in; the first is the default. */
    static final List<Locale> LANGUAGES = List.of(Locale.ENGLISH, Locale.forLanguageTag("vi"));

    static final String LANGUAGE_COOKIE = "holdfast-language";
    static final String THEME_COOKIE = "holdfast-theme";
    static final String ZONE_COOKIE = "holdfast-zone";
    static final String DARK = "dark";

    @Inject
    private HttpServletRequest request;

    private Locale locale;
    private boolean dark;
    private ZoneId zone;

    @PostConstruct
    void read() {
        locale = cookie(LANGUAGE_COOKIE).flatMap(Viewer::language).orElseGet(this::preferredByBrowser);
        dark = cookie(THEME_COOKIE).filter(DARK::equals).isPresent();
        zone = cookie(ZONE_COOKIE).flatMap(Viewer::zone).orElse(ZoneOffset.UTC);
    }

    /** The supported language with this tag; its regional forms count as it. */
    static Optional<Locale> language(String tag) {
        String wanted = Locale.forLanguageTag(tag).getLanguage();
        return LANGUAGES.stream().filter(l -> l.getLanguage().equals(wanted)).findFirst();
    }

    private static Optional<ZoneId> zone(String name) {
        try {
            return Optional.of(ZoneId.of(name.replace("%2F", "/")));
        } catch (DateTimeException e) {
            return Optional.empty(); // whatever a browser sent: UTC is never wrong
        }
    }

    private Locale preferredByBrowser() {
        return Collections.list(request.getLocales()).stream()
                .map(l -> language(l.toLanguageTag()))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(LANGUAGES.get(0));
    }

    private Optional<String> cookie(String name) {
        if (request.getCookies() == null) {
            return Optional.empty();
        }
        for (Cookie cookie : request.getCookies()) {
            if (cookie.getName().equals(name)) {
                return Optional.of(cookie.getValue());
            }
        }
        return Optional.empty();
    }

    public Locale getLocale() {
        return locale;
    }

    public String getLanguage() {
        return locale.getLanguage();
    }

    public boolean isDark() {
        return dark;
    }

    /** The PrimeFaces theme below our own sheet. */
    public String getTheme() {
        return dark ? "arya-blue" : "saga-blue";
    }

    /** The browser's zone; UTC until it told us. */
    public ZoneId getZone() {
        return zone;
    }
}
