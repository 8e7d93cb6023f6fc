package org.holdfast.message;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads Date header fields (RFC 5322 section 3.3 and 4.3), tolerant of what is common in the wild. */
final class HeaderDates {

    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

    private static final Map<String, Integer> ZONES =
            Map.of("EDT", -4, "EST", -5, "CDT", -5, "CST", -6, "MDT", -6, "MST", -7, "PDT", -7, "PST", -8);

    private static final Pattern DATE = Pattern.compile(
            "(?:[A-Za-z]{3,9}[,.]?\\s+)?([0-9]{1,2})[\\s-]+([A-Za-z]{3})[A-Za-z]*[\\s-]+"
                    + "([0-9]{2,4})[\\s,]+([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?(?:\\s*([+-][0-9]{4}|[A-Za-z]{1,5}))?.*");

    /** Null if it cannot be understood, or lies outside the years 1 to 9999. */
    Instant parse(String text) {
        Matcher date = DATE.matcher(text.length() > 200 ? text.substring(0, 200) : text);
        int month = date.matches() ? MONTHS.indexOf(date.group(2).toLowerCase(Locale.ROOT)) + 1 : 0;
        if (month == 0) {
            return null;
        }
        try {
            int second = date.group(6) == null ? 0 : Math.min(59, Integer.parseInt(date.group(6)));
            return OffsetDateTime.of(
                            year(date.group(3)),
                            month,
                            Integer.parseInt(date.group(1)),
                            Integer.parseInt(date.group(4)),
                            Integer.parseInt(date.group(5)),
                            second,
                            0,
                            zone(date.group(7)))
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Two and three digits as RFC 5322 section 4.3 says. */
    private static int year(String digits) {
        int year = Integer.parseInt(digits);
        if (digits.length() == 2) {
            return year < 50 ? 2000 + year : 1900 + year;
        }
        return digits.length() == 3 ? 1900 + year : Math.max(1, year);
    }

    private static ZoneOffset zone(String zone) {
        if (zone == null || Character.isLetter(zone.charAt(0))) {
            return ZoneOffset.ofHours(zone == null ? 0 : ZONES.getOrDefault(zone.toUpperCase(Locale.ROOT), 0));
        }
        int sign = zone.charAt(0) == '-' ? -1 : 1;
        int hours = Integer.parseInt(zone.substring(1, 3));
        int minutes = Integer.parseInt(zone.substring(3));
        return ZoneOffset.ofHoursMinutes(sign * hours, sign * minutes);
    }
}
