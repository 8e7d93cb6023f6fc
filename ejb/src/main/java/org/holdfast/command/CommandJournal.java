package org.holdfast.command;

/**
 * How far a command came at the provider, written before the next thing leaves.
 *
 * @param step null: nothing has left
 * @param uidValidity of the folder that it leads to; 0 if not known
 * @param uidNext the first UID there that may be ours; 0 if not known
 * @param uid the number there; 0 if not known
 */
public record CommandJournal(Step step, long uidValidity, long uidNext, long uid) {

    /** Nothing has left. */
    public static final CommandJournal EMPTY = new CommandJournal(null, 0, 0, 0);

    /** What may have left by now. */
    public enum Step {
        /** The copy, move or append may have been done. */
        PUTTING,
        /** It lies at its new place; the old one is still to go. */
        PUT,
        /** The old one may be gone. */
        REMOVING
    }

    /** At the next step, with what else is known. */
    public CommandJournal at(Step next) {
        return new CommandJournal(next, uidValidity, uidNext, uid);
    }
}
