package org.holdfast.search;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A conversation: messages of one mailbox that answer one another.
 *
 * @param id stays while any of its copies is here and no other conversation turns out to be the same
 * @param subject of its latest message
 * @param senders different ones, latest first; some of them
 * @param latest the clock of its latest copy, and that copy's id
 */
public record MailThread(
        long id,
        long mailboxId,
        Optional<String> subject,
        List<String> senders,
        long messages,
        long unseen,
        long bound,
        Instant earliest,
        Instant latest,
        long latestCopyId) {

    public MailThread {
        senders = List.copyOf(senders);
    }
}
