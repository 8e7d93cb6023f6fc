package org.holdfast.sync.smtp;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server answered (RFC 5321 section 4.2).
 *
 * @param code three digits
 * @param enhanced the enhanced status of RFC 3463 such as {@code 5.1.1}; null if it gives none
 * @param text for people: of bounded length, without control characters
 */
public record SmtpReply(int code, String enhanced, String text) {

    private static final Pattern ENHANCED = Pattern.compile("([245]\\.[0-9]{1,3}\\.[0-9]{1,3})(?: |$)");
    private static final int LONGEST = 500;

    static SmtpReply of(int code, String raw) {
        Matcher status = ENHANCED.matcher(raw);
        String clean = raw.replaceAll("\\p{Cntrl}", " ").strip();
        return new SmtpReply(
                code,
                status.lookingAt() ? status.group(1) : null,
                clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "...");
    }

    /** 2xx. */
    public boolean isPositive() {
        return code / 100 == 2;
    }

    /** 4xx: the same may be accepted later. */
    public boolean isTemporary() {
        return code / 100 == 4;
    }

    @Override
    public String toString() {
        return code + " " + text;
    }
}
