package org.holdfast.sync;

import java.io.IOException;
import java.util.Optional;
import org.holdfast.command.CommandJournal;
import org.holdfast.command.CommandJournal.Step;
import org.holdfast.command.MailFolder;
import org.holdfast.command.ShownFlags;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.imap.CommandSession.Placed;

/** Saves a draft, then removes the one that it replaces: a crash in between leaves two, never none. */
final class DraftPush {

    private final PushStep step;

    DraftPush(PushStep step) {
        this.step = step;
    }

    void run() throws IOException {
        Draft draft = step.pass()
                .read(h -> h.createQuery("SELECT message_id, raw FROM command_content WHERE command_id = :id")
                        .bind("id", step.command().id())
                        .map((row, context) -> new Draft(row.getString("message_id"), row.getBytes("raw")))
                        .findOne())
                .orElseThrow(() -> new CommandRefused("The draft is not there any more"));
        if (step.command().journal().step() == null || step.command().journal().step() == Step.PUTTING) {
            save(draft);
        }
        replace();
    }

    private void save(Draft draft) throws IOException {
        MailFolder drafts = step.folder(step.command().targetFolderId());
        if (step.command().journal().step() == Step.PUTTING
                && step.findMessageId(drafts, draft.messageId()).isPresent()) {
            return;
        }
        CommandJournal before = step.before(drafts);
        step.note(before);
        Optional<Placed> placed = step.provider().append(drafts.wireName(), "\\Draft \\Seen", draft.raw());
        step.note(new CommandJournal(
                Step.PUT,
                before.uidValidity(),
                before.uidNext(),
                placed.map(Placed::uid).orElse(0L)));
    }

    private void replace() throws IOException {
        Optional<ShownFlags.Located> old = step.command().copyId() == null
                ? Optional.empty()
                : step.pass().read(h -> new ShownFlags(h).lock(step.command().copyId()));
        if (old.isEmpty() || old.get().gone() || old.get().bound()) {
            step.done(null, h -> {});
            return;
        }
        String note = remove();
        step.done(note, h -> {
            if (note == null) {
                new PushedCopies(h).removed(old.get(), step.pass().now());
            }
        });
    }

    /** What is to be known of the draft before; null where it is gone now. The new one is saved in any case. */
    private String remove() throws IOException {
        PushStep.Target before = step.target();
        if (before.folder().id() != step.command().targetFolderId()) {
            return "The draft before is not among the drafts any more: it stays in "
                    + before.folder().name();
        }
        try {
            return RemovalPush.remove(step, before);
        } catch (CommandRefused e) {
            return "The draft before stays: " + e.getMessage();
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Draft(String messageId, byte[] raw) {}
}
