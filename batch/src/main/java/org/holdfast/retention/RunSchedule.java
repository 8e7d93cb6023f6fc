package org.holdfast.retention;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.holdfast.setting.Setting;

/**
 * When the installation starts runs of everything: a cron expression in a time zone. Where the clocks are put
 * forward, a time that does not exist is made up for at the next that does; where they are put back, a time that
 * exists twice counts once.
 */
public record RunSchedule(String expression, ZoneId zone) {

    public RunSchedule {
        times(expression);
    }

    /** As the installation is set; empty for {@code off}. */
    static Optional<RunSchedule> configured() {
        return parse(
                Setting.PURGE_AT.value().orElse("off"),
                Setting.PURGE_ZONE.value().orElse("UTC"));
    }

    /**
     * Reads a schedule.
     *
     * @param at a time of day such as 02:30, five fields as in crontab, or {@code off}
     */
    static Optional<RunSchedule> parse(String at, String zone) {
        if (at.equals("off")) {
            return Optional.empty();
        }
        try {
            String expression = at.matches("[0-9]{1,2}:[0-9]{2}") ? daily(at) : at;
            return Optional.of(new RunSchedule(expression, ZoneId.of(zone)));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    Setting.PURGE_AT.key() + " is a time such as 02:30, a cron expression of five fields such as"
                            + " 30 2 * * 1-5, or off, and " + Setting.PURGE_ZONE.key()
                            + " a time zone such as Europe/Berlin; not " + at + " and " + zone + " (" + e.getMessage()
                            + ")",
                    e);
        }
    }

    private static String daily(String at) {
        LocalTime time = LocalTime.parse(at.length() == 4 ? "0" + at : at);
        return time.getMinute() + " " + time.getHour() + " * * *";
    }

    /** The last time that has come at an instant; empty if there never was one. */
    public Optional<Instant> last(Instant now) {
        ExecutionTime times = times(expression);
        ZonedDateTime wall = wall(now).truncatedTo(ChronoUnit.MINUTES);
        Optional<ZonedDateTime> found = times.isMatch(wall) ? Optional.of(wall) : times.lastExecution(wall);
        while (found.isPresent() && instant(found.get()).isAfter(now)) {
            found = times.lastExecution(found.get());
        }
        return found.map(this::instant);
    }

    /** The next time after an instant; empty if there is none. */
    public Optional<Instant> next(Instant now) {
        ExecutionTime times = times(expression);
        Optional<ZonedDateTime> found = times.nextExecution(wall(now));
        while (found.isPresent() && !instant(found.get()).isAfter(now)) {
            found = times.nextExecution(found.get());
        }
        return found.map(this::instant);
    }

    /** What the clock on the wall shows, as if it were never put forward or back: the library skips and repeats. */
    private ZonedDateTime wall(Instant instant) {
        return instant.atZone(zone).toLocalDateTime().atZone(ZoneOffset.UTC);
    }

    private Instant instant(ZonedDateTime wall) {
        return wall.toLocalDateTime().atZone(zone).toInstant();
    }

    private static ExecutionTime times(String expression) {
        return ExecutionTime.forCron(
                new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX)).parse(expression));
    }
}
