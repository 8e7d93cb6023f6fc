package org.holdfast.retention;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import org.holdfast.setting.Setting;

/**
 * The hours of the day in which scheduled runs work; those that end before they begin reach over midnight.
 *
 * @param from inclusive
 * @param to exclusive; the same as from: the whole day
 */
public record TimeWindow(LocalTime from, LocalTime to, ZoneId zone) {

    /** As the installation is set; the whole day for {@code off}. */
    static TimeWindow configured() {
        return parse(
                Setting.PURGE_WINDOW.value().orElse("off"),
                Setting.PURGE_ZONE.value().orElse("UTC"));
    }

    /**
     * Reads a window.
     *
     * @param hours such as 22:00-06:00, or {@code off}
     */
    static TimeWindow parse(String hours, String zone) {
        try {
            ZoneId in = ZoneId.of(zone);
            if (hours.equals("off")) {
                return new TimeWindow(LocalTime.MIDNIGHT, LocalTime.MIDNIGHT, in);
            }
            String[] ends = hours.split("-", -1);
            if (ends.length != 2) {
                throw new DateTimeException("it has not two ends");
            }
            return new TimeWindow(LocalTime.parse(ends[0].strip()), LocalTime.parse(ends[1].strip()), in);
        } catch (DateTimeException e) {
            throw new IllegalStateException(
                    Setting.PURGE_WINDOW.key() + " is hours such as 22:00-06:00, or off; not " + hours + " ("
                            + e.getMessage() + ")",
                    e);
        }
    }

    /** Whether scheduled runs work at an instant. */
    public boolean isOpen(Instant now) {
        LocalTime time = now.atZone(zone).toLocalTime();
        if (from.equals(to)) {
            return true;
        }
        return from.isBefore(to)
                ? !time.isBefore(from) && time.isBefore(to)
                : !time.isBefore(from) || time.isBefore(to);
    }
}
