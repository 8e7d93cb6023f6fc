package org.holdfast.mailbox;

/**
 * Event: a mailbox shall be synchronised soon. A hint that shortens waiting; the due time in the database
 * is what counts.
 */
public record MailboxDue(long mailboxId) {}
