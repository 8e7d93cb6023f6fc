package org.holdfast.api;

import java.time.Instant;
import java.util.Optional;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.Mailbox;
import org.holdfast.mailbox.MailboxState;

/** A mailbox as the API shows one, without its secret. */
public record MailboxView(
        String id,
        String accountId,
        String ownerId,
        String address,
        boolean shared,
        MailServer imap,
        Optional<MailServer> smtp,
        String login,
        MailboxState state,
        Instant stateSince,
        Optional<String> stateReason,
        Instant connectedAt) {

    static MailboxView of(Mailbox mailbox) {
        return new MailboxView(
                Id.of(mailbox.id()),
                Id.of(mailbox.accountId()),
                Id.of(mailbox.ownerId()),
                mailbox.address(),
                mailbox.isShared(),
                mailbox.imap(),
                mailbox.smtp(),
                mailbox.login(),
                mailbox.state(),
                mailbox.stateSince(),
                mailbox.stateReason(),
                mailbox.connectedAt());
    }
}
