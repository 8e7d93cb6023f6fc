package org.holdfast.retention;

/** An execution of a run. */
public record RunPlace(long runId, int execution) {}
