package org.holdfast.mailbox;

/**
 * Which mailboxes to list.
 *
 * @param accountId only this account's; null: all that the caller sees
 * @param state only those in this state; null: in any
 */
public record MailboxFilter(Long accountId, MailboxState state) {

    /** All that the caller sees. */
    public static final MailboxFilter ALL = new MailboxFilter(null, null);
}
