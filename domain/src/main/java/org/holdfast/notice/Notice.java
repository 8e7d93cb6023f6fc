package org.holdfast.notice;

import java.time.Instant;
import java.util.Optional;

/**
 * One message to one person: planned, or what was sent, when, and what came of it.
 *
 * @param days how many days before the first copies go; 0 for a retraction or a test
 * @param dueAt when it is to be sent
 * @param recipient the address that it goes or went to
 * @param copies how many copies of the recipient's mailboxes it names; empty until it is written
 * @param text what it says; empty until it is written
 * @param error why it did not go, or what is not known
 * @param resentBy who had it sent again
 */
public record Notice(
        long id,
        NoticeKind kind,
        Optional<Long> changeId,
        Optional<Long> accountId,
        Optional<String> accountName,
        long userId,
        String recipient,
        int days,
        Instant dueAt,
        NoticeStatus status,
        int tries,
        Optional<String> messageId,
        Optional<Long> copies,
        Optional<Text> text,
        Optional<Instant> sentAt,
        Optional<String> error,
        Optional<String> resentBy) {

    /** A text in both forms. */
    public record Text(String subject, String plain, String html) {}
}
