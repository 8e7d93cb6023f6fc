package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunScheduleTest {

    @ParameterizedTest
    @CsvSource({
        // a time of day, UTC
        "02:30, UTC, 2024-06-03T02:30:00Z, 2024-06-03T02:30:00Z, 2024-06-04T02:30:00Z",
        "02:30, UTC, 2024-06-03T02:29:59Z, 2024-06-02T02:30:00Z, 2024-06-03T02:30:00Z",
        // in a zone: 02:30 in Hanoi is 19:30 the day before in UTC
        "02:30, Asia/Ho_Chi_Minh, 2024-06-03T00:00:00Z, 2024-06-02T19:30:00Z, 2024-06-03T19:30:00Z",
        // weekdays only: from Saturday, Friday was the last
        "30 2 * * 1-5, UTC, 2024-06-08T12:00:00Z, 2024-06-07T02:30:00Z, 2024-06-10T02:30:00Z",
        // summer and winter time: the same hour of the wall clock
        "0 4 * * *, Europe/Berlin, 2024-03-31T12:00:00Z, 2024-03-31T02:00:00Z, 2024-04-01T02:00:00Z",
        "0 4 * * *, Europe/Berlin, 2024-10-27T12:00:00Z, 2024-10-27T03:00:00Z, 2024-10-28T03:00:00Z"
    })
    void lastAndNextTime(String at, String zone, Instant now, Instant last, Instant next) {
        RunSchedule schedule = RunSchedule.parse(at, zone).orElseThrow();
        assertThat(schedule.last(now)).contains(last);
        assertThat(schedule.next(now)).contains(next);
    }

    @Test
    void hourThatDoesNotExistIsMadeUpForAndTheOneThatExistsTwiceCountsOnce() {
        RunSchedule schedule = RunSchedule.parse("02:30", "Europe/Berlin").orElseThrow();
        Instant madeUp = Instant.parse("2024-03-31T01:30:00Z");
        assertThat(schedule.next(Instant.parse("2024-03-30T12:00:00Z"))).contains(madeUp);
        assertThat(schedule.last(madeUp.minusSeconds(1))).contains(Instant.parse("2024-03-30T01:30:00Z"));
        assertThat(schedule.last(madeUp)).contains(madeUp);
        Instant once = Instant.parse("2024-10-27T00:30:00Z");
        assertThat(schedule.last(Instant.parse("2024-10-27T06:00:00Z"))).contains(once);
        assertThat(schedule.last(Instant.parse("2024-10-27T01:30:00Z"))).contains(once);
        assertThat(schedule.next(once)).contains(Instant.parse("2024-10-28T01:30:00Z"));
    }

    @Test
    void offIsNoSchedule() {
        assertThat(RunSchedule.parse("off", "UTC")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"25:00", "every day", "30 2 * *", "61 2 * * *"})
    void anythingElseIsRefusedWithTheSettingsName(String at) {
        assertThatThrownBy(() -> RunSchedule.parse(at, "UTC")).hasMessageContaining("holdfast.purge.at");
    }

    @ParameterizedTest
    @CsvSource({
        "22:00-06:00, UTC, 21:59:59, false",
        "22:00-06:00, UTC, 22:00:00, true",
        "22:00-06:00, UTC, 05:59:59, true",
        "22:00-06:00, UTC, 06:00:00, false",
        "01:00-05:00, UTC, 03:00:00, true",
        "01:00-05:00, UTC, 05:00:00, false",
        "22:00-06:00, Asia/Ho_Chi_Minh, 15:00:00, true",
        "22:00-06:00, Asia/Ho_Chi_Minh, 23:00:00, false",
        "off, UTC, 12:00:00, true"
    })
    void windowIsOpenFromItsBeginningToBeforeItsEnd(String hours, String zone, String time, boolean open) {
        assertThat(TimeWindow.parse(hours, zone).isOpen(Instant.parse("2024-06-03T" + time + "Z")))
                .isEqualTo(open);
    }

    @ParameterizedTest
    @ValueSource(strings = {"22:00", "22-06", "a-b", "22:00-06:00-07:00"})
    void windowThatIsNoneIsRefusedWithTheSettingsName(String hours) {
        assertThatThrownBy(() -> TimeWindow.parse(hours, "UTC")).hasMessageContaining("holdfast.purge.window");
    }
}
