package org.holdfast.console;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.util.Locale;
import java.util.ResourceBundle;
import org.holdfast.refusal.Refusal;

/** The texts of the console in the viewer's language. */
@Named
@RequestScoped
public class Words {

    static final String BUNDLE = "org.holdfast.console.messages";

    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB", "PB"};

    @Inject
    private Viewer viewer;

    /** The text, with its places filled; numbers in the viewer's way of writing. */
    public String of(String key, Object... values) {
        return of(viewer.getLocale(), key, values);
    }

    static String of(Locale locale, String key, Object... values) {
        String text = ResourceBundle.getBundle(BUNDLE, locale).getString(key);
        return values.length == 0 ? text : new MessageFormat(text, locale).format(values);
    }

    public String number(Number number) {
        return NumberFormat.getIntegerInstance(viewer.getLocale()).format(number);
    }

    /** Bytes with three significant digits at most, in powers of 1000. */
    public String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        NumberFormat format = NumberFormat.getNumberInstance(viewer.getLocale());
        format.setMaximumFractionDigits(unit == 0 || value >= 100 ? 0 : 1);
        return format.format(value) + " " + UNITS[unit];
    }

    /** What a refusal says, in the viewer's language where we have it. */
    public String refusal(Refusal refusal) {
        ResourceBundle texts = ResourceBundle.getBundle(BUNDLE, viewer.getLocale());
        String key = "refusal." + refusal.code();
        return texts.containsKey(key) ? texts.getString(key) : refusal.getMessage();
    }
}
