package org.holdfast.mailbox;

/**
 * Why work on a mailbox must end now.
 *
 * @param byPlan whether the plan is the reason, else the mailbox's owner
 */
public record MailboxStop(long mailboxId, String reason, boolean byPlan) {}
