package org.holdfast.console;

import java.util.Locale;

/** The colour and icon that go with a word; never without the word. */
public enum Tone {
    GOOD("pi-check-circle"),
    BUSY("pi-sync"),
    WAITING("pi-pause-circle"),
    WARNING("pi-exclamation-triangle"),
    BAD("pi-times-circle"),
    NOTICE("pi-info-circle");

    private final String icon;

    Tone(String icon) {
        this.icon = icon;
    }

    public String getIcon() {
        return icon;
    }

    /** The class in the style sheet. */
    public String getStyle() {
        return "hf-tone-" + name().toLowerCase(Locale.ROOT);
    }
}
