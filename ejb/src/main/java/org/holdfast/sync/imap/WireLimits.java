package org.holdfast.sync.imap;

import java.time.Duration;

/**
 * What a server may cost.
 *
 * @param lineBytes longest response without its literals
 * @param literalBytes longest literal
 * @param nesting deepest nesting of lists
 * @param connect longest wait for a connection
 * @param silence longest wait for the next byte
 * @param command longest time from a command to its answer's end
 */
public record WireLimits(
        int lineBytes, int literalBytes, int nesting, Duration connect, Duration silence, Duration command) {

    /** What honest servers keep by far. */
    public static final WireLimits DEFAULT = new WireLimits(
            64 * 1024, 64 * 1024 * 1024, 100, Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofMinutes(5));
}
