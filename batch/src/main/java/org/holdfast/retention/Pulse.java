package org.holdfast.retention;

import java.util.Optional;

/**
 * What a worker learns with each sign of life.
 *
 * @param running whether the run goes on under the worker's execution
 * @param copiesPerSecond the run's limit over all slots; absent: none
 * @param slots slots at work on all nodes
 */
public record Pulse(boolean running, Optional<Integer> copiesPerSecond, int slots) {}
