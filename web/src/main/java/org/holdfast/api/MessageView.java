package org.holdfast.api;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.holdfast.message.Copy;

/**
 * The metadata of a copy.
 *
 * @param clock the retention clock
 * @param keepUntil end of the release grace
 * @param parseNote what could not be understood of the content
 */
public record MessageView(
        String id,
        String accountId,
        String mailboxId,
        String folderId,
        Instant clock,
        Optional<Instant> receivedAt,
        Optional<Instant> sentAt,
        Instant copiedAt,
        long sizeBytes,
        String contentSha256,
        boolean seen,
        List<String> keywords,
        Optional<String> messageId,
        Optional<String> subject,
        Optional<String> sender,
        Optional<String> recipients,
        boolean bound,
        boolean held,
        Optional<Instant> keepUntil,
        Optional<Instant> originalGoneAt,
        Optional<String> parseNote) {

    static MessageView of(Copy copy) {
        return new MessageView(
                Id.of(copy.id()),
                Id.of(copy.accountId()),
                Id.of(copy.mailboxId()),
                Id.of(copy.folderId()),
                copy.clock(),
                copy.receivedAt(),
                copy.sentAt(),
                copy.copiedAt(),
                copy.sizeBytes(),
                HexFormat.of().formatHex(copy.contentSha256()),
                copy.flags().isSeen(),
                copy.flags().keywords(),
                copy.messageId(),
                copy.subject(),
                copy.sender(),
                copy.recipients(),
                copy.isBound(),
                copy.isHeld(),
                copy.keepUntil(),
                copy.originalGoneAt(),
                copy.parseNote());
    }
}
