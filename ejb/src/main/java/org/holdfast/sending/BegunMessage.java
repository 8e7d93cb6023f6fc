package org.holdfast.sending;

import java.util.List;

/**
 * A message as it begins: empty but for what it takes from the message that it answers, passes on or continues.
 *
 * @param subject empty without
 * @param text quoted from the original; empty without
 * @param attachments what of the original may go along
 */
public record BegunMessage(
        long mailboxId,
        List<Correspondent> to,
        List<Correspondent> cc,
        String subject,
        String text,
        List<Attachable> attachments) {

    public BegunMessage {
        to = List.copyOf(to);
        cc = List.copyOf(cc);
        attachments = List.copyOf(attachments);
    }

    /**
     * A part of a stored message that may go along.
     *
     * @param part its place, such as 2.1
     * @param size in bytes
     */
    public record Attachable(long copyId, String part, String name, long size) {}
}
