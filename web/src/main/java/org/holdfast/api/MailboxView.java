package org.holdfast.api;

import java.time.Instant;
import java.util.Optional;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.Mailbox;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.mailbox.PlanStop;

/**
 * A mailbox as the API shows one, without its secret.
 *
 * @param planStop why the plan does not allow it now, whatever else its state; null while it does
 * @param chosenToStay whether it comes first where the plan's limit does not reach for all
 * @param secretErasedAt its password has to be given again since then; null if not
 */
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
        Instant connectedAt,
        Optional<PlanStop.Cause> planStop,
        Optional<Instant> planStoppedAt,
        boolean chosenToStay,
        Optional<Instant> secretErasedAt) {

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
                mailbox.connectedAt(),
                mailbox.planStop(),
                mailbox.planStoppedAt(),
                mailbox.isChosen(),
                mailbox.secretErasedAt());
    }
}
