package org.holdfast.retention;

/**
 * A worker's right to purge a slice, until another worker claims it.
 *
 * @param token fencing token: each claim of the slice raises it
 */
public record SliceClaim(long runId, int slice, long token) {}
