package org.holdfast.sending;

import java.time.Instant;
import java.util.List;

/**
 * Everything that a message is made of.
 *
 * @param messageId with its angle brackets
 * @param text null without
 * @param html null without
 * @param inReplyTo the Message-ID that it answers; null without
 * @param references Message-IDs of the thread so far
 */
public record Composition(
        String messageId,
        Instant date,
        Correspondent from,
        List<Correspondent> to,
        List<Correspondent> cc,
        String subject,
        String text,
        String html,
        String inReplyTo,
        List<String> references,
        List<AttachedPart> attachments) {}
