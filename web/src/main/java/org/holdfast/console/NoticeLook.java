package org.holdfast.console;

import org.holdfast.notice.NoticeStatus;

/** How a notice's status looks: icon, word and colour. */
public enum NoticeLook {
    PLANNED(Tone.WAITING),
    SENDING(Tone.BUSY),
    SENT(Tone.GOOD),
    FAILED(Tone.BAD),
    UNKNOWN(Tone.WARNING),
    CANCELLED(Tone.NOTICE);

    private final Tone tone;

    NoticeLook(Tone tone) {
        this.tone = tone;
    }

    static NoticeLook of(NoticeStatus status) {
        return valueOf(status.name());
    }

    public Tone getTone() {
        return tone;
    }

    /** Of its word. */
    public String getKey() {
        return "notice.status." + name();
    }
}
