package org.holdfast.retention;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The time of day of the daily run, and who starts it: once a day, whatever the number of nodes. */
public record DailyRun(LocalTime at) {

    private static final String NAME = "purge-daily";

    /** From the setting; empty for {@code off}. */
    static Optional<DailyRun> parse(String setting) {
        if (setting.equals("off")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new DailyRun(LocalTime.parse(setting)));
        } catch (DateTimeParseException e) {
            throw new IllegalStateException("holdfast.purge.at is a time such as 02:30 or off, not " + setting, e);
        }
    }

    /**
     * Whether the caller is to start the run of this day now. A day that passed while no node was up is made up
     * for once; a new installation begins with the next time of day, not with one that is past.
     */
    boolean claim(Handle handle, Instant now, String owner) {
        long day = latestDue(now).toEpochDay();
        int first = handle.createUpdate("INSERT INTO lease (name, owner, token, until)"
                        + " VALUES (:name, :owner, :day, clock_timestamp()) ON CONFLICT DO NOTHING")
                .bind("name", NAME)
                .bind("owner", owner)
                .bind("day", day)
                .execute();
        return first == 0
                && handle.createUpdate("UPDATE lease SET token = :day, owner = :owner, until = clock_timestamp()"
                                        + " WHERE name = :name AND token < :day")
                                .bind("name", NAME)
                                .bind("owner", owner)
                                .bind("day", day)
                                .execute()
                        == 1;
    }

    /** The latest day whose time of day has come. */
    private LocalDate latestDue(Instant now) {
        var local = now.atOffset(ZoneOffset.UTC);
        return local.toLocalTime().isBefore(at) ? local.toLocalDate().minusDays(1) : local.toLocalDate();
    }
}
