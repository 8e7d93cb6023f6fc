package org.holdfast.mailbox;

/**
 * Which lines to list.
 *
 * @param accountId only this account's; null: all that the caller sees
 * @param state only those in this state; null: in any
 * @param address what the address begins with, in any case; null or empty: any
 */
public record MailboxLineFilter(Long accountId, MailboxState state, String address) {}
