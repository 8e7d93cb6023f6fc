package org.holdfast.sync;

import java.io.IOException;
import java.util.Optional;
import org.holdfast.command.CommandJournal;
import org.holdfast.command.CommandJournal.Step;
import org.holdfast.command.MailFolder;
import org.holdfast.message.Flags;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.imap.CommandSession.Placed;

/**
 * Moves an original: with MOVE, else by copying it, marking the old one and removing exactly that one. Each
 * step is noted before it leaves; after a crash the content is looked for at the new place first, so that
 * nothing is lost and nothing doubled.
 */
final class MovePush {

    static final String LEFT_BEHIND =
            "The server cannot remove single messages: the original is marked as deleted in its old folder";

    private final PushStep step;

    MovePush(PushStep step) {
        this.step = step;
    }

    void run() throws IOException {
        MailFolder into = step.folder(step.command().targetFolderId());
        PushStep.Target target = step.target();
        switch (step.command().journal().step() == null
                ? Step.PUTTING
                : step.command().journal().step()) {
            case PUTTING -> {
                if (step.command().journal().step() == null || !resume(target, into)) {
                    put(target, into);
                }
            }
            case PUT, REMOVING -> {
                CommandJournal journal = step.command().journal();
                remove(target, new Placed(journal.uidValidity(), journal.uid()));
            }
        }
    }

    /** Whether the copy at the new place is there and all is settled. */
    private boolean resume(PushStep.Target target, MailFolder into) throws IOException {
        Optional<Placed> placed = step.findContent(into);
        step.open(target);
        boolean there = step.session().has(target.uid());
        if (placed.isPresent()) {
            if (there) {
                note(placed.get());
                remove(target, placed.get());
            } else {
                follow(target, placed.get(), null);
            }
            return true;
        }
        if (!there) {
            throw new CommandRefused("The original is gone at the provider");
        }
        return false;
    }

    private void put(PushStep.Target target, MailFolder into) throws IOException {
        step.note(step.before(into));
        step.open(target);
        if (!step.session().has(target.uid())) {
            throw new CommandRefused("The original is gone at the provider");
        }
        if (step.provider().hasMove()) {
            Optional<Placed> placed = step.provider().move(target.uid(), into.wireName());
            follow(target, placed.isPresent() ? placed.get() : find(into), null);
            return;
        }
        Optional<Placed> said = step.provider().copy(target.uid(), into.wireName());
        Placed placed = said.isPresent() ? said.get() : find(into);
        note(placed);
        remove(target, placed);
    }

    /** Null where it cannot be told among equals: the next pass follows the original. */
    private Placed find(MailFolder into) throws IOException {
        return step.findContent(into).orElse(new Placed(0, 0));
    }

    private void note(Placed placed) {
        step.note(new CommandJournal(Step.PUT, placed.uidValidity(), 0, placed.uid()));
    }

    private void remove(PushStep.Target target, Placed placed) throws IOException {
        step.open(target);
        boolean removed = step.provider().hasUidPlus();
        if (step.session().has(target.uid())) {
            step.provider().store(target.uid(), true, new Flags(Flags.DELETED, java.util.List.of()), 0);
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
                        .moved(
                                target.copy().copyId(),
                                step.command().targetFolderId(),
                                placed.uidValidity(),
                                placed.uid());
            }
        });
    }
}
