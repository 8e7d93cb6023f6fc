package org.holdfast.mailbox;

import java.time.Instant;

/**
 * A mailbox as a list shows it.
 *
 * @param account the account's name
 * @param owner the owner's mail address
 * @param host of its IMAP server
 * @param stateReason why it is in its state; null where the state says it all
 * @param running whether a pass holds its lease now
 * @param lastCompleted end of the last pass that saw everything; null before the first
 * @param dueAt when it is looked at next, if its state lets it be tried
 * @param lastError why the last try failed; null if it did not
 * @param originals messages at the provider in all folders when each was last looked at, in the window or not
 * @param copies that are stored now
 * @param unreadable originals that could not be loaded and were given up for now
 */
public record MailboxLine(
        long id,
        long accountId,
        String account,
        long ownerId,
        String owner,
        String address,
        String host,
        boolean shared,
        MailboxState state,
        Instant stateSince,
        String stateReason,
        boolean running,
        Instant lastCompleted,
        Instant dueAt,
        String lastError,
        long originals,
        long copies,
        long unreadable) {}
