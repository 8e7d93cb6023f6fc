package org.holdfast.sending;

/**
 * The right to try a message once.
 *
 * @param token rises with every try; writes under an older one are refused
 */
public record SendingLease(long sendingId, long mailboxId, long token) {}
