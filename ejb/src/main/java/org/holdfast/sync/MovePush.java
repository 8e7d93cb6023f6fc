package org.holdfast.sync;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.holdfast.command.CommandJournal;
import org.holdfast.command.CommandJournal.Step;
import org.holdfast.command.CommandKind;
import org.holdfast.command.MailFolder;
import org.holdfast.message.Flags;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.imap.CommandSession.Placed;

/**
 * Moves an original: with MOVE, else by copying it, marking the old one and removing exactly that one. Each
 * step is noted before it leaves; after a crash the content is looked for at the new place first, so that
 * nothing is lost and nothing doubled. Removed is only what lies where it was copied from, and only while
 * what was copied lies at the new place.
 */
final class MovePush {

    static final String LEFT_BEHIND =
            "The server cannot remove single messages: the original is marked as deleted in its old folder";
    static final String MOVED_MEANWHILE =
            "Another program moved the original meanwhile: it stays there, and there is one more in the folder asked for";

    private final PushStep step;

    MovePush(PushStep step) {
        this.step = step;
    }

    void run() throws IOException {
        MailFolder into = step.folder(step.command().targetFolderId());
        PushStep.Target target = step.target();
        if (target.folder().id() == into.id()) {
            // A pull has found it at its new place after an answer was lost, or somebody else has moved it there.
            step.done(null, h -> {});
            return;
        }
        if (step.command().journal().step() == null || !resume(target, into)) {
            put(target, into);
        }
    }

    /** Goes on after a try that broke off; false if the original is still to be put there. */
    private boolean resume(PushStep.Target target, MailFolder into) throws IOException {
        Optional<Placed> placed = placed(into);
        boolean there = step.open(target, true).there();
        if (placed.isEmpty() && !there) {
            throw new CommandRefused("The original is gone at the provider");
        }
        if (placed.isEmpty()) {
            return false;
        }
        if (!there) {
            follow(target, placed.get(), null);
        } else if (step.isWhereItWas(target)) {
            note(step.command().journal(), placed.get());
            remove(target, placed.get());
        } else {
            step.done(MOVED_MEANWHILE, h -> {});
        }
        return true;
    }

    /** What an earlier try put there, if it is still there. */
    private Optional<Placed> placed(MailFolder into) throws IOException {
        CommandJournal journal = step.command().journal();
        if (journal.uid() > 0 && step.has(into, journal.uidValidity(), journal.uid())) {
            return Optional.of(new Placed(journal.uidValidity(), journal.uid()));
        }
        return step.findContent(into, journal);
    }

    private void put(PushStep.Target target, MailFolder into) throws IOException {
        if (step.command().kind() == CommandKind.TRASH
                && target.copy() != null
                && target.copy().bound()) {
            throw new CommandRefused("The message was bound meanwhile: unbind it first");
        }
        CommandJournal before = step.before(into);
        step.noteTaking(before, target);
        if (!step.open(target, true).there()) {
            throw new CommandRefused("The original is gone at the provider");
        }
        if (step.provider().hasMove()) {
            Optional<Placed> said = step.provider().move(target.uid(), into.wireName());
            Optional<Placed> found = said.isPresent() ? said : step.findContent(into, before);
            // Where it cannot be told among equals the next pass follows the original.
            follow(target, found.orElseGet(() -> new Placed(0, 0)), null);
            return;
        }
        Optional<Placed> said = step.provider().copy(target.uid(), into.wireName());
        Optional<Placed> placed = said.isPresent() ? said : step.findContent(into, before);
        if (placed.isEmpty()) {
            throw new CommandRefused("The provider said that it copied the original, but it is not found in "
                    + into.name() + ": it stays where it was");
        }
        note(before, placed.get());
        remove(target, placed.get());
    }

    private void note(CommandJournal before, Placed placed) {
        step.note(new CommandJournal(Step.PUT, placed.uidValidity(), before.uidNext(), placed.uid()));
    }

    private void remove(PushStep.Target target, Placed placed) throws IOException {
        boolean removed = step.provider().hasUidPlus();
        if (step.open(target, true).there()) {
            step.provider().store(target.uid(), true, new Flags(Flags.DELETED, List.of()), 0);
            if (removed) {
                step.provider().expunge(target.uid());
            }
        }
        follow(target, placed, removed ? null : LEFT_BEHIND);
    }

    private void follow(PushStep.Target target, Placed placed, String note) {
        step.done(note, h -> {
            if (target.copy() != null && placed.uid() > 0) {
                new PushedCopies(h)
                        .moved(target.copy(), step.command().targetFolderId(), placed.uidValidity(), placed.uid());
            }
        });
    }
}
