package org.holdfast.notice;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.ResourceBundle;

/** The sentences that fill a notice's variables, in one language. */
final class NoticeWords {

    private static final String BUNDLE = "org.holdfast.notice.sentences";
    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB", "PB"};

    private final Locale locale;
    private final ResourceBundle texts;

    /** In a language that there are texts in: en or vi. */
    NoticeWords(String language) {
        locale = Locale.forLanguageTag(language);
        texts = ResourceBundle.getBundle(
                BUNDLE, locale, ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
    }

    String of(String key, Object... values) {
        return new MessageFormat(texts.getString(key), locale).format(values);
    }

    /** Day, time and zone, as people of that zone read them. */
    String date(Instant at, ZoneId zone) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                        .withLocale(locale)
                        .withZone(zone)
                        .format(at)
                + DateTimeFormatter.ofPattern(", HH:mm (VV)", locale)
                        .withZone(zone)
                        .format(at)
                        .replace("(Z)", "(UTC)");
    }

    String days(OptionalInt days) {
        return days.isPresent() ? of("days", days.getAsInt()) : of("days.unlimited");
    }

    String copies(long copies) {
        return of("copies", copies);
    }

    /** Bytes with three significant digits at most, in powers of 1000. */
    String size(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        NumberFormat format = NumberFormat.getNumberInstance(locale);
        format.setMaximumFractionDigits(unit == 0 || value >= 100 ? 0 : 1);
        return format.format(value) + " " + UNITS[unit];
    }

    /** Which plans keep longer, cheapest first. */
    String longer(List<LongerPlan> plans) {
        if (plans.isEmpty()) {
            return of("longer.none");
        }
        String list = plans.stream()
                .map(plan -> of("longer.plan", plan.name(), days(plan.days())))
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
        return of("longer", list);
    }

    /** A plan that keeps unbound copies longer than the one that an account will have. */
    record LongerPlan(String name, OptionalInt days) {}

    /** The template that is shipped. */
    static Notice.Text shipped(NoticeKind kind, String language) {
        String name = (kind == NoticeKind.RETRACTION ? "retraction_" : "leaving_") + language;
        String plain = resource(name + ".txt");
        int end = plain.indexOf('\n');
        return new Notice.Text(
                plain.substring("Subject: ".length(), end),
                plain.substring(end + 1).strip() + "\n",
                resource(name + ".html"));
    }

    private static String resource(String name) {
        try (InputStream file = NoticeWords.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("No text " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
