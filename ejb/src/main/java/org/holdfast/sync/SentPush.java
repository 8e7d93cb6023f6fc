package org.holdfast.sync;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.holdfast.command.CommandJournal;
import org.holdfast.command.CommandJournal.Step;
import org.holdfast.command.CommandKind;
import org.holdfast.command.MailFolder;
import org.holdfast.command.MailFolders;
import org.holdfast.sending.Outgoing;
import org.holdfast.sending.SendingRows;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.imap.CommandSession.Placed;

/**
 * The copy in Sent: looked for first, by its Message-ID among the newest, since many providers file what is
 * sent by themselves; put there only if it does not appear. And the look for a message of which nobody knows
 * whether it left.
 */
final class SentPush {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PATIENCE_WITH_FILERS = Duration.ofSeconds(60);
    private static final Duration NEXT_LOOK = Duration.ofSeconds(5);
    private static final int LOOKS = 5;

    private final PushStep step;

    SentPush(PushStep step) {
        this.step = step;
    }

    void run() throws IOException {
        Outgoing message = step.pass()
                .read(h -> new SendingRows(h).outgoing(step.command().sendingId()))
                .orElseThrow(() -> new CommandRefused("The message is not there any more"));
        Optional<Long> sent =
                step.pass().read(h -> new MailFolders(h).find(step.command().mailboxId(), "\\Sent"));
        if (step.command().kind() == CommandKind.LOOK_IN_SENT) {
            look(message, sent);
        } else {
            long folderId = sent.orElseThrow(() -> new CommandRefused(
                    "The mailbox has no folder for sent mail: create one named Sent; the message itself was sent"));
            file(message, step.folder(folderId));
        }
    }

    private void look(Outgoing message, Optional<Long> sent) throws IOException {
        if (sent.isPresent()) {
            MailFolder folder = step.folder(sent.get());
            Optional<Placed> found = find(message, folder);
            if (found.isPresent()) {
                step.done("Found in " + folder.name(), h -> new SendingRows(h)
                        .foundInSent(
                                message.id(),
                                folder.id(),
                                found.get().uidValidity(),
                                found.get().uid(),
                                step.pass().now()));
                return;
            }
        }
        if (sent.isPresent() && step.command().tries() + 1 < LOOKS) {
            throw new CommandPush.PutOff(
                    "Not found in Sent so far",
                    Duration.ofSeconds(10L << (2 * step.command().tries())));
        }
        step.done("Not found in Sent: its sender decides", h -> {});
    }

    private void file(Outgoing message, MailFolder folder) throws IOException {
        Optional<Placed> found = find(message, folder);
        boolean ours = step.command().journal().step() == Step.PUTTING;
        if (found.isPresent()) {
            filed(message, folder, found, !ours);
            return;
        }
        boolean filer = step.pass()
                .read(h -> new SendingRows(h).providerFiles(step.command().mailboxId()));
        Duration patience = filer ? PATIENCE_WITH_FILERS : PATIENCE;
        if (!ours && step.pass().read(h -> new SendingRows(h).sentWithin(message.id(), patience))) {
            throw new CommandPush.PutOff("The provider may file it by itself", NEXT_LOOK);
        }
        if (message.raw().length == 0) {
            throw new CommandRefused("The content of the message is not kept any more; the message itself was sent");
        }
        CommandJournal before = step.before(folder);
        step.note(before);
        Optional<Placed> placed = step.provider().append(folder.wireName(), "\\Seen", message.raw());
        filed(message, folder, placed.isPresent() ? placed : find(message, folder), false);
    }

    /** Where it was pulled to already, or at the server. */
    private Optional<Placed> find(Outgoing message, MailFolder folder) throws IOException {
        Optional<Placed> known = step.pass().read(h -> h.createQuery("SELECT uid_validity, uid FROM mail_copy"
                        + " WHERE folder_id = :folder AND message_id = :message AND original_gone_at IS NULL"
                        + " AND uid >= coalesce((SELECT max(uid) FROM mail_copy WHERE folder_id = :folder), 0) - 500"
                        + " LIMIT 1")
                .bind("folder", folder.id())
                .bind("message", message.messageId())
                .map((row, context) -> new Placed(row.getLong("uid_validity"), row.getLong("uid")))
                .findOne());
        return known.isPresent() ? known : step.findMessageId(folder, message.messageId());
    }

    private void filed(Outgoing message, MailFolder folder, Optional<Placed> placed, boolean byProvider) {
        step.done(byProvider ? "The provider filed it by itself" : null, h -> {
            SendingRows rows = new SendingRows(h);
            rows.filed(
                    message.id(),
                    folder.id(),
                    placed.map(Placed::uidValidity).orElse(0L),
                    placed.map(Placed::uid).orElse(0L),
                    byProvider);
            rows.noteHabit(message.mailboxId(), byProvider, step.pass().now());
        });
    }
}
