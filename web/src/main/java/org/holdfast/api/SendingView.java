package org.holdfast.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.sending.Sending;
import org.holdfast.sending.SendingState;

/**
 * A message on its way out as the API shows one; its content is in its copy.
 *
 * @param phase how far the last try came
 * @param refusedRecipients with the server's words
 * @param sentBy who says that it was sent: SERVER, SENT_FOLDER or USER
 * @param filedBy who put it into Sent: PROVIDER or HOLDFAST
 * @param messageId its copy in Sent, once there is one
 * @param bindProblem why it is not bound as wanted
 * @param contentKept whether it can be sent again if nobody received it
 */
public record SendingView(
        String id,
        String mailboxId,
        SendingState state,
        Optional<String> phase,
        String messageIdHeader,
        List<String> recipients,
        Optional<String> subject,
        long sizeBytes,
        String askedBy,
        Instant askedAt,
        int tries,
        Instant dueAt,
        Optional<String> error,
        List<String> refusedRecipients,
        Optional<Instant> sentAt,
        Optional<String> sentBy,
        Optional<String> filedBy,
        Optional<String> messageId,
        boolean bound,
        Optional<String> bindProblem,
        boolean contentKept) {

    static SendingView of(Sending sending) {
        return new SendingView(
                Id.of(sending.id()),
                Id.of(sending.mailboxId()),
                sending.state(),
                Optional.ofNullable(sending.phase()),
                sending.messageId(),
                sending.recipients(),
                Optional.ofNullable(sending.subject()),
                sending.sizeBytes(),
                sending.askedBy(),
                sending.askedAt(),
                sending.tries(),
                sending.dueAt(),
                Optional.ofNullable(sending.error()),
                sending.refusedRecipients(),
                Optional.ofNullable(sending.sentAt()),
                Optional.ofNullable(sending.sentBy()),
                Optional.ofNullable(sending.filedBy()),
                Optional.ofNullable(sending.copyId()).map(id -> Id.of(id)),
                sending.boundCopyId() != null,
                Optional.ofNullable(sending.bindProblem()),
                sending.contentKept());
    }
}
