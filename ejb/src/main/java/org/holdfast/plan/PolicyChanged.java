package org.holdfast.plan;

/**
 * Event, in the transaction of the change: what an account may do is no longer what it was, now or from a
 * later instant on.
 */
public record PolicyChanged(long accountId) {}
