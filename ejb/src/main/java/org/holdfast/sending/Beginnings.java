package org.holdfast.sending;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.holdfast.account.Role;
import org.holdfast.mailbox.Mailbox;
import org.holdfast.mailbox.MailboxAccess;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.mailbox.Mailboxes;
import org.holdfast.message.Copies;
import org.holdfast.message.Copy;
import org.holdfast.message.MessagePart;
import org.holdfast.message.Parts;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** What replies, forwarded messages and drafts begin with; for those who may read the original. */
@Stateless
@RolesAllowed(Role.OWNER_NAME)
public class Beginnings {

    @Inject
    private Jdbi jdbi;

    @Inject
    private CurrentCaller currentCaller;

    @Inject
    private Copies copies;

    @Inject
    private Parts parts;

    @Inject
    private Mailboxes mailboxes;

    /** The mailboxes that the caller owns or has shared with them. */
    public List<Mailbox> mailboxes() {
        return new MailboxAccess(jdbi)
                .of(currentCaller.get().userId()).stream()
                        .map(mailboxes::get)
                        .sorted(Comparator.comparing(Mailbox::address))
                        .toList();
    }

    /** Those of them that can send now. */
    public List<Mailbox> senders() {
        return mailboxes().stream()
                .filter(each -> each.smtp().isPresent())
                .filter(each -> each.state() == MailboxState.ACTIVE || each.state() == MailboxState.UNREACHABLE)
                .toList();
    }

    /**
     * An answer to the sender, or to all who have the message but its receiver.
     *
     * @throws Refusal if the message is not the caller's to read
     */
    public BegunMessage reply(long copyId, boolean all) {
        Copy copy = own(copyId);
        OriginalMessage original = read(copyId);
        String self = mailboxes.get(copy.mailboxId()).address();
        List<Correspondent> to =
                original.people("reply-to").isEmpty() ? original.people("from") : original.people("reply-to");
        List<Correspondent> cc = new ArrayList<>();
        if (all) {
            Set<String> named =
                    to.stream().map(each -> low(each.address())).collect(Collectors.toCollection(HashSet::new));
            named.add(low(self));
            for (String field : List.of("to", "cc")) {
                original.people(field).stream()
                        .filter(each -> named.add(low(each.address())))
                        .forEach(cc::add);
            }
        }
        return new BegunMessage(
                copy.mailboxId(), to, cc, prefixed("Re: ", original), quoted(original), attachable(copyId));
    }

    /** The message passed on, with what is attached to it. */
    public BegunMessage forward(long copyId) {
        Copy copy = own(copyId);
        OriginalMessage original = read(copyId);
        String text = "\n\n---------- \n" + line("From", original, "from") + line("Date", original, "date")
                + line("Subject", original, "subject") + line("To", original, "to") + "\n"
                + original.text().orElse("");
        return new BegunMessage(
                copy.mailboxId(), List.of(), List.of(), prefixed("Fwd: ", original), text, attachable(copyId));
    }

    /** A draft as it was left. */
    public BegunMessage draft(long copyId) {
        Copy copy = own(copyId);
        OriginalMessage original = read(copyId);
        return new BegunMessage(
                copy.mailboxId(),
                original.people("to"),
                original.people("cc"),
                original.words("subject").orElse(""),
                original.text().orElse(""),
                attachable(copyId));
    }

    private Copy own(long copyId) {
        Caller caller = currentCaller.get();
        Copy copy = copies.get(copyId);
        if (!new MailboxAccess(jdbi).has(caller.userId(), copy.mailboxId())) {
            throw Refusal.notFound("message", copyId);
        }
        return copy;
    }

    private OriginalMessage read(long copyId) {
        try (InputStream raw = copies.raw(copyId)) {
            return OriginalMessage.read(raw);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<BegunMessage.Attachable> attachable(long copyId) {
        return parts.of(copyId).stream()
                .filter(part -> part.attachment() || part.fileName().isPresent())
                .map(part -> new BegunMessage.Attachable(copyId, part.path(), name(part), part.size()))
                .toList();
    }

    private static String name(MessagePart part) {
        return part.fileName().orElse("part-" + part.path());
    }

    private static String prefixed(String prefix, OriginalMessage original) {
        String subject = original.words("subject").orElse("");
        return subject.regionMatches(true, 0, prefix, 0, prefix.length() - 1) ? subject : prefix + subject;
    }

    /** As mail programs quote: each line behind a bracket, under who wrote it. */
    private static String quoted(OriginalMessage original) {
        String lines = original.text()
                .orElse("")
                .lines()
                .map(each -> each.startsWith(">") ? ">" + each : "> " + each)
                .collect(Collectors.joining("\n"));
        String who = Correspondents.line(original.people("from"));
        String date = original.words("date").map(each -> each + ", ").orElse("");
        return "\n\n" + date + who + ":\n" + lines;
    }

    private static String line(String label, OriginalMessage original, String field) {
        return original.words(field).map(text -> label + ": " + text + "\n").orElse("");
    }

    private static String low(String address) {
        return address.toLowerCase(Locale.ROOT);
    }
}
