package org.holdfast.retention;

/**
 * A worker slot: one partition of an execution of a run.
 *
 * @param slot its number within the execution
 */
public record PurgeSlot(long run, int execution, String slot) {}
