package org.holdfast.sync.smtp;

import java.net.IDN;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address as it goes into a command (RFC 5321 section 4.1.2): nothing in it can end the command.
 *
 * @param text with an ASCII domain
 * @param international whether its local part needs SMTPUTF8 (RFC 6531)
 */
record SmtpAddress(String text, boolean international) {

    private static final Pattern FORM = Pattern.compile("([^\\s\\p{Cntrl}<>()\\[\\],;:\\\\\"@]{1,64}"
            + "|\"[^\\p{Cntrl}\\\\\"]{1,62}\")@([\\p{L}\\p{M}\\p{N}.-]{1,253}|\\[[0-9A-Za-z:.]{2,64}])");

    /** Empty for what is no address. */
    static Optional<SmtpAddress> of(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        try {
            String domain = form.group(2).startsWith("[") ? form.group(2) : IDN.toASCII(form.group(2));
            String local = form.group(1);
            return Optional.of(new SmtpAddress(local + "@" + domain, !isAscii(local)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }
}
