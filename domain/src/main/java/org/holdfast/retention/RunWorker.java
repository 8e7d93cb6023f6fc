package org.holdfast.retention;

import java.time.Instant;

/**
 * A node at work on a run.
 *
 * @param alive whether it gave a sign of life in the last seconds
 * @param beatMillis what a small transaction took at its last beats
 * @param restMillis how long each of its slots rests after a chunk, to let others through
 */
public record RunWorker(
        String node, int execution, int slots, Instant joinedAt, boolean alive, int beatMillis, int restMillis) {}
