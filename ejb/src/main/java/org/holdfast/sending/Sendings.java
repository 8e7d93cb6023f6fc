package org.holdfast.sending;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.holdfast.account.Role;
import org.holdfast.command.CommandKind;
import org.holdfast.command.CommandQueue;
import org.holdfast.command.Idempotency;
import org.holdfast.command.MailFolders;
import org.holdfast.command.NewCommand;
import org.holdfast.command.UserCommand;
import org.holdfast.mailbox.Mailbox;
import org.holdfast.mailbox.MailboxAccess;
import org.holdfast.mailbox.MailboxDue;
import org.holdfast.mailbox.MailboxRows;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.mailbox.Mailboxes;
import org.holdfast.mailbox.PlanPause;
import org.holdfast.message.Copies;
import org.holdfast.message.Copy;
import org.holdfast.message.FlagChange;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/**
 * Messages and drafts of mailboxes that the caller owns or has shared with them. Content is composed once,
 * with its Message-ID; every try sends the same.
 */
@Stateless
@RolesAllowed(Role.OWNER_NAME)
public class Sendings {

    private static final int MOST = 1_000;
    private static final int MOST_RECIPIENTS = 500;
    private static final long MOST_BYTES = 35L * 1024 * 1024;

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Mailboxes mailboxes;

    @Inject
    private Copies copies;

    @Inject
    private PlanPause plan;

    @Inject
    private AuditTrail audit;

    @Inject
    private Clock clock;

    @Inject
    private Event<MailboxDue> due;

    /**
     * Queues a message; it leaves within seconds.
     *
     * @throws Refusal for unusable addresses and texts, too many recipients, or a mailbox that cannot send
     */
    public Sending send(long mailboxId, NewMessage message, Idempotency once) {
        Caller caller = currentCaller.get();
        Mailbox mailbox = usable(caller, mailboxId);
        if (mailbox.smtp().isEmpty()) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT, "mailbox-cannot-send", "The mailbox was connected without an SMTP server");
        }
        List<String> recipients = recipients(message);
        message.draftId().ifPresent(id -> requireDraft(mailboxId, id));
        SendingQuery query = new SendingQuery(jdbi);
        Optional<Long> before = query.before(caller.userId(), once);
        if (before.isPresent()) {
            return get(before.get());
        }
        Composed composed = compose(caller, mailbox, message);
        long id = jdbi.withHandle(
                h -> new NewSending(caller.userId(), mailbox, composed.messageId(), recipients, composed.raw(), message)
                        .store(h, once, clock.instant()));
        audit.record(caller.name(), "message.send", "mailbox:" + mailboxId, null, "sending:" + id);
        return get(id);
    }

    private static List<String> recipients(NewMessage message) {
        List<Correspondent> all = new ArrayList<>(message.to());
        all.addAll(message.cc());
        all.addAll(message.bcc());
        List<String> addresses = all.stream().map(Composer::address).distinct().toList();
        if (addresses.isEmpty() || addresses.size() > MOST_RECIPIENTS) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "recipients-unusable",
                    "A message has 1 to " + MOST_RECIPIENTS + " recipients");
        }
        return addresses;
    }

    /** Queues a draft; a draft that it replaces goes once this one is saved. */
    public UserCommand saveDraft(long mailboxId, NewMessage message, Idempotency once) {
        Caller caller = currentCaller.get();
        Mailbox mailbox = usable(caller, mailboxId);
        Optional<Long> before = jdbi.withHandle(h -> new CommandQueue(h).before(caller.userId(), once));
        if (before.isPresent()) {
            return jdbi.withHandle(h -> new CommandQueue(h).find(before.get())).orElseThrow();
        }
        Composed composed = compose(caller, mailbox, message);
        message.draftId().ifPresent(id -> requireDraft(mailboxId, id));
        UserCommand command = jdbi.withHandle(h -> {
            new MailboxRows(h).lock(mailboxId);
            long drafts = new MailFolders(h)
                    .find(mailboxId, "\\Drafts")
                    .orElseThrow(() -> new Refusal(
                            Refusal.Kind.CONFLICT,
                            "no-drafts-folder",
                            "The mailbox has no folder named Drafts: create one"));
            Instant now = clock.instant();
            NewCommand draft = new NewCommand(
                    CommandKind.SAVE_DRAFT,
                    mailboxId,
                    caller.userId(),
                    now,
                    message.draftId().orElse(null),
                    null,
                    drafts,
                    FlagChange.NONE,
                    null,
                    null,
                    java.time.Duration.ZERO);
            CommandQueue queue = new CommandQueue(h);
            long id = queue.add(draft, once);
            h.execute(
                    "INSERT INTO command_content (command_id, message_id, raw) VALUES (?, ?, ?)"
                            + " ON CONFLICT (command_id) DO NOTHING",
                    id,
                    composed.messageId(),
                    composed.raw());
            new MailboxRows(h).dueNow(mailboxId);
            return queue.find(id).orElseThrow();
        });
        audit.record(caller.name(), "command.save_draft", "command:" + command.id(), null, null);
        due.fire(new MailboxDue(mailboxId));
        return command;
    }

    /** Keeps a file for a day, until a message takes it along. */
    public long upload(long mailboxId, String name, String type, byte[] content) {
        Caller caller = currentCaller.get();
        Mailbox mailbox = usable(caller, mailboxId);
        return jdbi.withHandle(
                h -> h.createQuery("INSERT INTO upload (account_id, mailbox_id, uploaded_by, uploaded_at,"
                                + " name, content_type, size_bytes, raw) VALUES (:account, :mailbox, :user, clock_timestamp(), :name,"
                                + " :type, :size, :raw) RETURNING id")
                        .bind("account", mailbox.accountId())
                        .bind("mailbox", mailboxId)
                        .bind("user", caller.userId())
                        .bind("name", name)
                        .bind("type", type)
                        .bind("size", content.length)
                        .bind("raw", content)
                        .mapTo(Long.class)
                        .one());
    }

    /** One message on its way out: its state, never its content. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public Sending get(long id) {
        Caller caller = currentCaller.get();
        return new SendingQuery(jdbi)
                .find(id)
                .filter(found -> new MailboxAccess(jdbi).sees(caller, found.accountId(), found.mailboxId()))
                .orElseThrow(() -> Refusal.notFound("sending", id));
    }

    /** Messages of a mailbox on their way out, the newest first. */
    @RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
    public List<Sending> page(long mailboxId, long beforeId, int limit) {
        mailboxes.get(mailboxId);
        return new SendingQuery(jdbi).page(mailboxId, beforeId, Math.max(1, Math.min(limit, MOST)));
    }

    /**
     * Cancels a message that is not under way.
     *
     * @throws Refusal with code {@code sending-under-way} if it is too late
     */
    public Sending cancel(long id) {
        Caller caller = currentCaller.get();
        requireOwn(caller, get(id));
        if (!jdbi.withHandle(
                h -> new SendingRows(h).cancelQueued(id, "Cancelled by " + caller.name(), clock.instant()))) {
            throw tooLate(id);
        }
        audit.record(caller.name(), "message.cancel", "sending:" + id, null, null);
        return get(id);
    }

    /** Its sender knows that a message of which nobody knew was sent. */
    public Sending markSent(long id) {
        Caller caller = currentCaller.get();
        Sending sending = get(id);
        requireOwn(caller, sending);
        boolean marked = jdbi.withHandle(h -> {
            boolean unknown = new SendingRows(h).lockIn(id, SendingState.UNKNOWN);
            if (unknown) {
                new SendingOutcomes(h, clock.instant()).sent(id, "USER");
            }
            return unknown;
        });
        if (!marked) {
            throw tooLate(id);
        }
        audit.record(caller.name(), "message.mark-sent", "sending:" + id, null, null);
        return get(id);
    }

    /** Its sender knows that a message of which nobody knew was received by nobody; its content stays. */
    public Sending markUnsent(long id) {
        Caller caller = currentCaller.get();
        requireOwn(caller, get(id));
        if (!jdbi.withHandle(h -> new SendingRows(h).markUnsent(id, caller.name(), clock.instant()))) {
            throw tooLate(id);
        }
        audit.record(caller.name(), "message.mark-unsent", "sending:" + id, null, null);
        return get(id);
    }

    /**
     * Sends a message that nobody received once more, the very same, because its sender wants it.
     *
     * @throws Refusal with code {@code sending-unknown} while nobody knows whether somebody received it
     */
    public Sending sendAgain(long id) {
        Caller caller = currentCaller.get();
        Sending sending = get(id);
        requireOwn(caller, sending);
        usable(caller, sending.mailboxId());
        if (sending.state() == SendingState.UNKNOWN) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "sending-unknown",
                    "Nobody knows whether the message was received: find out first, and say that it was not");
        }
        if (!jdbi.withHandle(h -> new SendingRows(h).again(id))) {
            throw tooLate(id);
        }
        audit.record(
                caller.name(),
                "message.send-again",
                "sending:" + id,
                null,
                sending.state().name());
        return get(id);
    }

    private Refusal tooLate(long id) {
        return new Refusal(
                Refusal.Kind.CONFLICT,
                "sending-under-way",
                "The message is " + get(id).state() + ": that does not go with this any more");
    }

    private Composed compose(Caller caller, Mailbox mailbox, NewMessage message) {
        Optional<Long> original = message.replyTo().or(message::forward);
        ThreadFields thread =
                original.map(id -> ThreadFields.of(content(caller, id))).orElse(new ThreadFields(null, List.of()));
        String domain = mailbox.address().substring(mailbox.address().lastIndexOf('@') + 1);
        String messageId = "<" + UUID.randomUUID() + "@" + java.net.IDN.toASCII(domain) + ">";
        byte[] raw = Composer.compose(new Composition(
                messageId,
                clock.instant(),
                new Correspondent(mailbox.address(), message.name()),
                message.to(),
                message.cc(),
                message.subject().orElse(null),
                message.text().orElse(null),
                message.html().orElse(null),
                message.replyTo().isPresent() ? thread.messageId() : null,
                thread.references(),
                new Attachments(MOST_BYTES)
                        .load(message.attachments(), each -> attachment(caller, mailbox.id(), each))));
        if (raw.length > MOST_BYTES) {
            throw Attachments.tooLarge(MOST_BYTES);
        }
        return new Composed(messageId, raw);
    }

    private AttachedPart attachment(Caller caller, long mailboxId, AttachmentReference wanted) {
        AttachedPart found = wanted.uploadId()
                .map(id -> new SendingQuery(jdbi)
                        .upload(id, mailboxId, caller.userId())
                        .orElseThrow(() -> Refusal.notFound("upload", id)))
                .orElseGet(() -> partOf(caller, wanted));
        return wanted.name()
                .map(name -> new AttachedPart(name, found.type(), found.content()))
                .orElse(found);
    }

    private AttachedPart partOf(Caller caller, AttachmentReference wanted) {
        long copyId = wanted.copyId()
                .orElseThrow(() -> new Refusal(
                        Refusal.Kind.UNUSABLE, "attachment-unusable", "An attachment names an upload or a message"));
        byte[] raw = content(caller, copyId);
        if (wanted.part().isEmpty()) {
            return new AttachedPart("message-" + copyId + ".eml", "application/octet-stream", raw);
        }
        return MessageParts.find(raw, wanted.part().get())
                .orElseThrow(() -> Refusal.notFound("part", wanted.part().get() + " of message " + copyId));
    }

    /** Of any mailbox whose mail the caller may read. */
    private byte[] content(Caller caller, long copyId) {
        Copy copy = copies.get(copyId);
        if (!new MailboxAccess(jdbi).has(caller.userId(), copy.mailboxId())) {
            throw Refusal.notFound("message", copyId);
        }
        if (copy.sizeBytes() > MOST_BYTES) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE, "message-too-large", "The original has more than " + MOST_BYTES + " bytes");
        }
        return jdbi.withHandle(h -> h.createQuery("SELECT raw FROM mail_content WHERE copy_id = :copy")
                        .bind("copy", copyId)
                        .mapTo(byte[].class)
                        .findOne())
                .orElseThrow(() -> Refusal.notFound("message", copyId));
    }

    /** What is replaced or sent goes for good: so only what lies among the drafts. */
    private void requireDraft(long mailboxId, long copyId) {
        if (copies.get(copyId).mailboxId() != mailboxId) {
            throw Refusal.notFound("message", copyId);
        }
        if (!jdbi.withHandle(h -> new MailFolders(h).holdsAsDraft(mailboxId, copyId))) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "not-a-draft",
                    "The message does not lie in the mailbox's folder for drafts");
        }
    }

    private Mailbox usable(Caller caller, long mailboxId) {
        Mailbox mailbox = mailboxes.get(mailboxId);
        if (!new MailboxAccess(jdbi).has(caller.userId(), mailboxId)) {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN, "content-private", "Only the mailbox's owner and those it is shared with");
        }
        if (mailbox.state() == MailboxState.DISCONNECTED) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT, "mailbox-disconnected", "The mailbox was disconnected: connect it again");
        }
        plan.of(mailboxId).ifPresent(stop -> {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN,
                    "plan-does-not-sync",
                    "The plan does not let this mailbox be used: " + stop);
        });
        return mailbox;
    }

    private void requireOwn(Caller caller, Sending sending) {
        if (!new MailboxAccess(jdbi).has(caller.userId(), sending.mailboxId())) {
            throw new Refusal(
                    Refusal.Kind.FORBIDDEN, "content-private", "Only the mailbox's owner and those it is shared with");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Composed(String messageId, byte[] raw) {}
}
