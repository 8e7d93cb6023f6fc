package org.holdfast.clock;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.holdfast.setting.Setting;

/**
 * The clock that every rule reads: the system's, in UTC. With {@link Setting#CLOCK_START} (demonstrations)
 * it starts at that instant and can be moved forward.
 */
@ApplicationScoped
public class BusinessClock {

    private final boolean adjustable;
    private volatile Duration offset = Duration.ZERO;

    public BusinessClock() {
        this(Setting.CLOCK_START.value().map(Instant::parse).orElse(null), Clock.systemUTC());
    }

    private BusinessClock(Instant start, Clock system) {
        adjustable = start != null;
        if (start != null) {
            offset = Duration.between(system.instant(), start);
        }
    }

    /** Injectable clock in UTC; follows {@link #moveTo(Instant)}. */
    @Produces
    @ApplicationScoped
    public Clock clock() {
        return new Shifted();
    }

    /** Whether this installation runs on a demonstration clock. */
    public boolean isAdjustable() {
        return adjustable;
    }

    /**
     * Moves a demonstration clock forward.
     *
     * @throws IllegalStateException on the system's clock, and when the instant is in its past
     */
    public synchronized void moveTo(Instant instant) {
        if (!adjustable) {
            throw new IllegalStateException("Only a clock started by " + Setting.CLOCK_START.key() + " can be moved");
        }
        Instant now = Clock.systemUTC().instant().plus(offset);
        if (instant.isBefore(now)) {
            throw new IllegalStateException("The clock only moves forward: it is " + now);
        }
        offset = Duration.between(Clock.systemUTC().instant(), instant);
    }

    /** UTC, as far from the system's clock as the demonstration says. */
    private final class Shifted extends Clock {

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return Clock.offset(Clock.system(zone), offset);
        }

        @Override
        public Instant instant() {
            return Clock.systemUTC().instant().plus(offset);
        }
    }
}
