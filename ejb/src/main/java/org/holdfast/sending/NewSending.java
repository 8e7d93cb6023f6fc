package org.holdfast.sending;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.binding.BindingTarget;
import org.holdfast.binding.CrmRecords;
import org.holdfast.binding.RecordRows;
import org.holdfast.command.Idempotency;
import org.holdfast.mailbox.Mailbox;
import org.jdbi.v3.core.Handle;

/** A composed message that is to be queued. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NewSending(
        long userId, Mailbox mailbox, String messageId, List<String> recipients, byte[] raw, NewMessage message) {

    /**
     * Queues it, due at once; under a key that was used meanwhile, answers with that message.
     *
     * @throws org.holdfast.refusal.Refusal {@code kind-unknown} if it is to be bound to one that there is not
     */
    long store(Handle handle, Idempotency once, Instant now) {
        message.bindTo().ifPresent(target -> CrmRecords.requireKind(new RecordRows(handle), target));
        String address = Composer.address(new Correspondent(mailbox.address(), Optional.empty()));
        Optional<Long> stored = handle.createQuery(
                        "INSERT INTO sending (account_id, mailbox_id, asked_by, asked_by_id, asked_at,"
                                + " idempotency_key, request_sha256, message_id, sender, recipients, subject, size_bytes, state,"
                                + " due_at, draft_copy_id, original_copy_id, original_use, bind_kind, bind_reference)"
                                + " SELECT :account, :mailbox, u.email, u.id, :now, :key, :sha, :message, :sender, :recipients,"
                                + " :subject, :size, 'QUEUED', clock_timestamp(), :draft, :original, :use, :kind, :reference"
                                + " FROM app_user u WHERE u.id = :user"
                                + " ON CONFLICT (asked_by_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING"
                                + " RETURNING id")
                .bind("account", mailbox.accountId())
                .bind("mailbox", mailbox.id())
                .bind("user", userId)
                .bind("now", now)
                .bind("key", once.key())
                .bind("sha", once.key() == null ? null : once.sha256())
                .bind("message", messageId)
                .bind("sender", address)
                .bindArray("recipients", String.class, recipients.toArray())
                .bind("subject", message.subject().orElse(null))
                .bind("size", raw.length)
                .bind("draft", message.draftId().orElse(null))
                .bind("original", message.replyTo().or(message::forward).orElse(null))
                .bind(
                        "use",
                        message.replyTo().isPresent()
                                ? "REPLY"
                                : message.forward().isPresent() ? "FORWARD" : null)
                .bind("kind", message.bindTo().map(BindingTarget::kind).orElse(null))
                .bind(
                        "reference",
                        message.bindTo().map(BindingTarget::reference).orElse(null))
                .mapTo(Long.class)
                .findOne();
        stored.ifPresent(id -> handle.execute("INSERT INTO sending_content (sending_id, raw) VALUES (?, ?)", id, raw));
        return stored.orElseGet(
                () -> handle.createQuery("SELECT id FROM sending WHERE asked_by_id = :user AND idempotency_key = :key")
                        .bind("user", userId)
                        .bind("key", once.key())
                        .mapTo(Long.class)
                        .one());
    }
}
