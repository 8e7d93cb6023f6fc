package org.holdfast.sending;

import java.time.Instant;
import java.util.List;

/**
 * A message on its way out, without its content.
 *
 * @param phase how far the last try came; null before the first
 * @param error why it is not sent; null without
 * @param refusedRecipients with the server's words
 * @param sentAt null while it is not sent
 * @param sentBy who says so: SERVER, SENT_FOLDER or USER; null
 * @param filedBy who put it into Sent: PROVIDER or HOLDFAST; null while it is not there
 * @param copyId its copy in Sent; null while there is none
 * @param boundCopyId its copy, once bound as wanted; null
 * @param bindProblem why it is not bound as wanted; null without
 * @param contentKept whether its content is still here, so that it can be sent again
 */
public record Sending(
        long id,
        long accountId,
        long mailboxId,
        String askedBy,
        Instant askedAt,
        String messageId,
        List<String> recipients,
        String subject,
        long sizeBytes,
        SendingState state,
        String phase,
        int tries,
        Instant dueAt,
        String error,
        List<String> refusedRecipients,
        Instant sentAt,
        String sentBy,
        String filedBy,
        Long copyId,
        Long boundCopyId,
        String bindProblem,
        boolean contentKept) {}
