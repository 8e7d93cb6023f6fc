package org.holdfast.binding;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A record as the CRM tells of it.
 *
 * @param title 1 to 300 characters
 * @param addresses mail addresses of the people behind it, up to 200
 * @param domains mail domains of the company, up to 50
 */
public record RecordDraft(
        BindingTarget target, String title, List<String> addresses, List<String> domains, boolean closed) {

    private static final Pattern DOMAIN = Pattern.compile("[\\p{L}\\p{N}-]+(\\.[\\p{L}\\p{N}-]+)+");

    public RecordDraft {
        title = title.strip();
        if (title.isEmpty() || title.length() > 300) {
            throw new IllegalArgumentException("A title has 1 to 300 characters");
        }
        addresses = addresses.stream().map(RecordDraft::address).distinct().toList();
        domains = domains.stream().map(RecordDraft::domain).distinct().toList();
        if (addresses.size() > 200 || domains.size() > 50) {
            throw new IllegalArgumentException("A record has up to 200 addresses and 50 domains");
        }
    }

    /** A mail address in its one form. */
    static String address(String text) {
        String address = text.strip().toLowerCase(Locale.ROOT);
        int at = address.lastIndexOf('@');
        if (at < 1 || address.length() > 320 || address.chars().anyMatch(c -> c <= ' ')) {
            throw new IllegalArgumentException("Not a mail address: " + text);
        }
        domain(address.substring(at + 1));
        return address;
    }

    /** A mail domain in its one form. */
    static String domain(String text) {
        String domain = text.strip().toLowerCase(Locale.ROOT);
        if (domain.length() > 253 || !DOMAIN.matcher(domain).matches()) {
            throw new IllegalArgumentException("Not a mail domain: " + text);
        }
        return domain;
    }
}
