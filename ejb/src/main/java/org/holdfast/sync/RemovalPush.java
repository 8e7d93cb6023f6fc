package org.holdfast.sync;

import java.io.IOException;
import java.util.List;
import org.holdfast.command.CommandJournal;
import org.holdfast.message.Flags;
import org.holdfast.sync.failure.CommandRefused;

/** Removes an original for good: marks it and removes exactly that one, never whatever else is marked. */
final class RemovalPush {

    private final PushStep step;

    RemovalPush(PushStep step) {
        this.step = step;
    }

    void run() throws IOException {
        PushStep.Target target = step.target();
        if (target.copy() != null && target.copy().bound()) {
            throw new CommandRefused("The message was bound meanwhile: unbind it first");
        }
        if (step.command().folderId() == null
                || target.folder().id() != step.command().folderId()) {
            throw new CommandRefused("The message was moved to "
                    + target.folder().name() + " after its deletion was asked for: it stays there");
        }
        String note = remove(step, target);
        step.done(note, h -> {
            if (note == null && target.copy() != null) {
                new PushedCopies(h).removed(target.copy(), step.pass().now());
            }
        });
    }

    /** What is to be known of it; null where the original is gone now. */
    static String remove(PushStep step, PushStep.Target target) throws IOException {
        PushStep.Opened opened = step.open(target, true);
        if (opened.folder().readOnly()) {
            throw new CommandRefused("The provider lets nothing be changed in this folder");
        }
        if (!opened.there()) {
            return null;
        }
        step.note(step.command().journal().at(CommandJournal.Step.REMOVING));
        step.provider().store(target.uid(), true, new Flags(Flags.DELETED, List.of()), 0);
        if (!step.provider().hasUidPlus()) {
            return "The server cannot remove single messages: the original is marked as deleted";
        }
        step.provider().expunge(target.uid());
        return null;
    }
}
