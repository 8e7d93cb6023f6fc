package org.holdfast.retention;

import java.text.MessageFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.ResourceBundle;
import org.holdfast.ledger.LedgerRecord;

/** Says in words why a copy is here and when it will go, or when and why it went. */
public final class WhyWords {

    private static final String BUNDLE = "org.holdfast.retention.why";

    private final Locale locale;
    private final ZoneId zone;
    private final ResourceBundle texts;

    /**
     * In a language and zone.
     *
     * @param language one that there are texts in, en or vi; any other is answered in English
     */
    public WhyWords(String language, ZoneId zone) {
        this.locale = Locale.forLanguageTag("vi".equals(language) ? "vi" : "en");
        this.zone = zone;
        this.texts = ResourceBundle.getBundle(
                BUNDLE, locale, ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
    }

    /** The sentences on a copy that is here, the reason first and what an upgrade would change last. */
    public List<String> of(Why why) {
        List<String> sentences = new ArrayList<>();
        why.bindings().forEach(b -> sentences.add(text("bound", b.kind(), b.reference())));
        why.holds()
                .forEach(h -> sentences.add(
                        h.endsAt().isPresent()
                                ? text("held.until", h.name(), date(h.endsAt().get()))
                                : text("held", h.name())));
        sentences.add(rule(why));
        sentences.add(text(why.clockIsArrival() ? "clock.received" : "clock.copied", date(why.clock())));
        why.graceUntil().ifPresent(until -> sentences.add(text("grace", date(until))));
        sentences.add(end(why));
        why.upgrades()
                .forEach(up -> sentences.add(
                        up.leavesAt().isPresent()
                                ? text(
                                        "upgrade",
                                        up.planName(),
                                        days(up.days()),
                                        date(up.leavesAt().get()))
                                : text("upgrade.never", up.planName(), days(up.days()))));
        return sentences;
    }

    /** The sentences on a copy that was purged. */
    public List<String> of(LedgerRecord purged) {
        return List.of(
                text("purged", date(purged.purgedAt()), Long.toString(purged.runId()), purged.startedBy()),
                text("purged.rule", purged.planCode(), Long.toString(purged.terms()), date(purged.asOf())),
                text("clock.purged", date(purged.copy().clock())),
                text("purged.ledger", purged.slice(), purged.entry()));
    }

    private String rule(Why why) {
        OptionalInt days = why.fate().plan().retention().days();
        String terms = Long.toString(why.fate().plan().termsId());
        return days.isPresent()
                ? text("rule", why.planName(), days(days), terms)
                : text("rule.unlimited", why.planName(), terms);
    }

    private String end(Why why) {
        return switch (why.fate().verdict()) {
            case BOUND, HELD -> text("end.kept");
            case DUE -> text("end.due");
            case YOUNG, IN_GRACE ->
                why.fate().leavesAt().map(at -> text("end", date(at))).orElseGet(() -> text("end.never"));
        };
    }

    private String days(OptionalInt days) {
        return days.isPresent() ? text("days", days.getAsInt()) : text("days.unlimited");
    }

    private String date(Instant at) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                        .withLocale(locale)
                        .withZone(zone)
                        .format(at)
                + ", "
                + DateTimeFormatter.ofPattern("HH:mm", locale).withZone(zone).format(at)
                + " (" + ("Z".equals(zone.getId()) ? "UTC" : zone.getId()) + ")";
    }

    private String text(String key, Object... values) {
        return new MessageFormat(texts.getString(key), locale).format(values);
    }
}
