package org.holdfast.security;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many requests a token may make in a minute: a bucket that fills steadily, so that a pause earns a
 * burst. Kept in the memory of each node: sharing it would make every read a write in the database.
 */
public final class RequestLimiter {

    private static final int MOST_KEYS = 20_000;
    private static final double NANOS_OF_MINUTE = 60e9;

    private final int perMinute;
    private final Map<Long, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Bucket> eldest) {
            return size() > MOST_KEYS;
        }
    };

    /** With a number of requests; 0: no limit. */
    public RequestLimiter(int perMinute) {
        this.perMinute = perMinute;
    }

    /**
     * What a request was told.
     *
     * @param admitted whether it may go on
     * @param limit requests in a minute; 0: no limit
     * @param remaining requests that could follow at once
     * @param seconds until the bucket is full again, or, if not admitted, until the next is
     */
    public record Answer(boolean admitted, int limit, long remaining, long seconds) {}

    /**
     * Takes one request.
     *
     * @param key whose bucket
     * @param nanos a steady clock's reading
     */
    public synchronized Answer take(long key, long nanos) {
        if (perMinute == 0) {
            return new Answer(true, 0, Long.MAX_VALUE, 0);
        }
        Bucket before = buckets.getOrDefault(key, new Bucket(perMinute, nanos));
        double left = Math.min(perMinute, before.left() + (nanos - before.at()) / NANOS_OF_MINUTE * perMinute);
        boolean admitted = left >= 1;
        double now = admitted ? left - 1 : left;
        buckets.put(key, new Bucket(now, nanos));
        double missing = admitted ? perMinute - now : 1 - now;
        return new Answer(admitted, perMinute, (long) now, (long) Math.ceil(missing * 60 / perMinute));
    }

    private record Bucket(double left, long at) {}
}
