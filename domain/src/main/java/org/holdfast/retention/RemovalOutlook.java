package org.holdfast.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What leaves in the coming days, as it was last reckoned.
 *
 * @param asOf when the last complete reckoning began; empty before the first
 * @param running whether one is under way, of how many accounts it has done how many
 */
public record RemovalOutlook(
        Optional<Instant> asOf,
        Optional<Duration> took,
        boolean running,
        long accountsDone,
        long accounts,
        List<RemovalLine> lines) {

    public RemovalOutlook {
        lines = List.copyOf(lines);
    }

    public long leaving() {
        return lines.stream().mapToLong(RemovalLine::leaving).sum();
    }

    public long leavingBytes() {
        return lines.stream().mapToLong(RemovalLine::leavingBytes).sum();
    }
}
