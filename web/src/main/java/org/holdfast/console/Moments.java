package org.holdfast.console;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;

/** Instants as people say them, and exactly. */
@Named
@RequestScoped
public class Moments {

    private static final DateTimeFormatter EXACT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss zzz (VV)");
    private static final DateTimeFormatter EXACT_UTC = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'");

    @Inject
    private Viewer viewer;

    @Inject
    private Words words;

    @Inject
    private Clock clock;

    /** Relative to now: "3 minutes ago", "in 2 days". */
    public String relative(Instant instant) {
        Duration past = Duration.between(instant, clock.instant());
        return words.of(past.isNegative() ? "time.in" : "time.ago", span(past.abs()));
    }

    /** The instant itself with the zone it is given in. */
    public String exact(Instant instant) {
        boolean utc = viewer.getZone().normalized().equals(ZoneOffset.UTC);
        return (utc ? EXACT_UTC : EXACT)
                .withLocale(Locale.ENGLISH)
                .withZone(viewer.getZone())
                .format(instant);
    }

    /** Time of day in the viewer's zone. */
    public String timeOfDay(Instant instant) {
        return DateTimeFormatter.ofPattern("HH:mm:ss")
                .withZone(viewer.getZone())
                .format(instant);
    }

    /** Date and time in the viewer's zone, short. */
    public String day(Instant instant) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM)
                .withLocale(viewer.getLocale())
                .withZone(viewer.getZone())
                .format(instant);
    }

    /** A day of this or last month, for the axis of a chart. */
    public String dayAndMonth(LocalDate day) {
        return DateTimeFormatter.ofPattern("vi".equals(viewer.getLanguage()) ? "d/M" : "d MMM", viewer.getLocale())
                .format(day);
    }

    public String day(LocalDate day) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM)
                .withLocale(viewer.getLocale())
                .format(day);
    }

    /** A span in its largest whole unit: "2 days", "45 seconds". */
    public String span(Duration span) {
        long seconds = span.toSeconds();
        if (seconds < 60) {
            return words.of("span.seconds", seconds);
        }
        if (seconds < 3600) {
            return words.of("span.minutes", seconds / 60);
        }
        if (seconds < 48 * 3600) {
            return words.of("span.hours", seconds / 3600);
        }
        return words.of("span.days", seconds / 86_400);
    }

    /** How long something took or takes; to the tenth of a second below ten. */
    public String took(Duration span) {
        if (span.toMillis() < 10_000) {
            return words.of("span.tenths", span.toMillis() / 1000.0);
        }
        return span(span);
    }
}
