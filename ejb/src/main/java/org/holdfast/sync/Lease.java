package org.holdfast.sync;

/**
 * The right to synchronise a mailbox for a while.
 *
 * @param token rises with every claim; writes under an older one are refused
 */
public record Lease(long mailboxId, long token) {}
