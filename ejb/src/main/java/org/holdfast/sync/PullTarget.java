package org.holdfast.sync;

import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.MailboxState;

/**
 * What a pass needs to know of a mailbox.
 *
 * @param secret sealed
 * @param rank how many connected mailboxes of the same kind came before it, for the plan's limit
 * @param cancelledBy who asked to end the running pass; null: nobody
 * @param hostInDoubt whether mailboxes could not reach the host lately
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PullTarget(
        long mailboxId,
        long accountId,
        MailServer imap,
        String login,
        byte[] secret,
        MailboxState state,
        boolean shared,
        long rank,
        String cancelledBy,
        boolean hostInDoubt) {}
