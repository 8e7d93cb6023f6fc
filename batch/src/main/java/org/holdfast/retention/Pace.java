package org.holdfast.retention;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.holdfast.setting.Setting;

/**
 * How long a worker slot rests after a chunk: as long as the run's rate asks for, and longer while small
 * transactions of others are slow. What others pay is measured by the slot's own signs of life, each of which is
 * such a transaction.
 */
public final class Pace {

    private static final int BEATS = 5;
    private static final long FIRST_REST = 100;
    private static final long LONGEST_REST = 10_000;

    private final Optional<Integer> slowMillis;
    private final Deque<Long> beats = new ArrayDeque<>();
    private long yieldMillis;
    private Pulse pulse = new Pulse(true, Optional.empty(), 1);

    /**
     * A pace without a rest.
     *
     * @param slowMillis above this a small transaction is slow; absent: never yields
     */
    Pace(Optional<Integer> slowMillis) {
        this.slowMillis = slowMillis;
    }

    /** As the installation is set. */
    static Pace configured() {
        return new Pace(RunLimits.optional(Setting.PURGE_YIELD, 1, 60_000));
    }

    /** Takes note of a sign of life: the rest doubles while the median of the last ones is slow, and halves when it is not. */
    void beat(long millis, Pulse learned) {
        pulse = learned;
        beats.addLast(millis);
        if (beats.size() > BEATS) {
            beats.removeFirst();
        }
        slowMillis.ifPresent(slow -> {
            long median = median();
            if (median > slow) {
                yieldMillis = Math.min(LONGEST_REST, Math.max(FIRST_REST, 2 * yieldMillis));
            } else if (5 * median < 4L * slow) {
                yieldMillis = yieldMillis <= FIRST_REST ? 0 : yieldMillis / 2;
            }
        });
    }

    /**
     * How long to rest before the next chunk.
     *
     * @param copies of the chunk before
     * @param tookMillis since that chunk was read
     */
    long restMillis(int copies, long tookMillis) {
        long byRate = pulse.copiesPerSecond()
                .map(rate -> 1000L * copies * Math.max(1, pulse.slots()) / rate - tookMillis)
                .orElse(0L);
        return Math.max(0, Math.max(copies == 0 ? 0 : yieldMillis - tookMillis, byRate));
    }

    /** Whether the run goes on, as last heard. */
    boolean isRunning() {
        return pulse.running();
    }

    /** What the next sign of life tells of this pace. */
    Report report() {
        return new Report((int) median(), (int) yieldMillis);
    }

    /** The measured latency and the rest that follows from it. */
    public record Report(int beatMillis, int restMillis) {}

    private long median() {
        return beats.isEmpty()
                ? 0
                : beats.stream().mapToLong(Long::longValue).sorted().toArray()[(beats.size() - 1) / 2];
    }
}
