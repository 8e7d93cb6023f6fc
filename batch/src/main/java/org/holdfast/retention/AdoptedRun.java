package org.holdfast.retention;

/**
 * A run that was found without a server.
 *
 * @param execution its new execution, or the last one if the run was ended
 * @param status what became of it: a RUNNING one is to be started on this node
 */
public record AdoptedRun(long runId, int execution, PurgeStatus status) {}
