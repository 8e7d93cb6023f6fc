package org.holdfast.retention;

import java.util.Optional;
import org.holdfast.setting.Setting;

/**
 * What is pinned to a run when it is recorded.
 *
 * @param copiesPerSecond over all workers; absent: no limit
 * @param brakePercent how much more than its preview it may remove; absent: does not matter
 * @param sharePercent how much of an account it may remove beyond the preview; absent: does not matter
 * @param jumpHours how far its instant may be from that of the last run; absent: does not matter
 */
record RunLimits(
        int workerSlots,
        int chunkSize,
        Optional<Integer> copiesPerSecond,
        Optional<Integer> brakePercent,
        Optional<Integer> sharePercent,
        Optional<Integer> jumpHours) {

    /** Chunks are no larger than what the limit lets through in two seconds, so that rests stay short. */
    RunLimits {
        chunkSize = Math.min(chunkSize, copiesPerSecond.map(rate -> 2 * rate).orElse(chunkSize));
    }

    /**
     * As the installation is set.
     *
     * @param demonstration on a demonstration clock, which is moved on purpose, a jump means nothing
     */
    static RunLimits configured(boolean demonstration, Optional<Integer> copiesPerSecond) {
        return new RunLimits(
                Setting.PURGE_WORKERS.intValue(1, 64),
                Setting.PURGE_CHUNK.intValue(1, 100_000),
                copiesPerSecond.or(() -> optional(Setting.PURGE_RATE, 1, 10_000_000)),
                optional(Setting.PURGE_BRAKE, 0, 1000),
                optional(Setting.PURGE_SHARE, 0, 100),
                demonstration ? Optional.empty() : optional(Setting.PURGE_JUMP, 1, 100_000));
    }

    /** A number, or none for {@code off}. */
    static Optional<Integer> optional(Setting setting, int least, int most) {
        return setting.value().filter("off"::equals).isPresent()
                ? Optional.empty()
                : Optional.of(setting.intValue(least, most));
    }
}
