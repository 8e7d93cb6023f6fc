package org.holdfast.sync;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.holdfast.command.CommandJournal;
import org.holdfast.command.CommandQueue;
import org.holdfast.command.MailFolder;
import org.holdfast.command.MailFolders;
import org.holdfast.command.ShownFlags;
import org.holdfast.command.UserCommand;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.imap.CommandSession;
import org.holdfast.sync.imap.CommandSession.OpenFolder;
import org.holdfast.sync.imap.CommandSession.Placed;
import org.holdfast.sync.imap.FolderStatus;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;

/** One command under way, with what all kinds of commands need. */
record PushStep(Pass pass, ImapSession session, CommandSession provider, UserCommand command) {

    /** No more originals than this are fetched to find one again. */
    private static final int MOST_CANDIDATES = 20;

    private static final int SEARCHED_WITHOUT_NUMBER = 200;

    /** So often a pass may look for an original whose number means something else before the command is given up. */
    private static final int MOST_LOOKS = 5;

    /** The original as it is known now. */
    record Target(MailFolder folder, long uidValidity, long uid, ShownFlags.Located copy) {}

    /**
     * The folder of an original, open to be changed.
     *
     * @param there whether the original is in it, and the very one that is meant
     */
    record Opened(OpenFolder folder, boolean there) {}

    /** Writes under the lease how far the command is; before anything of it leaves. */
    void note(CommandJournal journal) {
        pass.fenced(h -> {
            new CommandQueue(h).note(command.id(), journal);
            return journal;
        });
    }

    /** As {@link #note}, with the place that the original is taken from. */
    void noteTaking(CommandJournal journal, Target from) {
        pass.fenced(h -> {
            CommandQueue queue = new CommandQueue(h);
            queue.note(command.id(), journal);
            queue.takenFrom(command.id(), from.folder().id(), from.uidValidity(), from.uid());
            return journal;
        });
    }

    /** Whether the original lies where it was asked for, or where the try before took it from. */
    boolean isWhereItWas(Target target) {
        return command.folderId() != null
                && target.folder().id() == command.folderId()
                && target.uidValidity() == command.uidValidity()
                && target.uid() == command.uid();
    }

    /** Ends the command, with what belongs to its end in the same transaction. */
    void done(String note, java.util.function.Consumer<org.jdbi.v3.core.Handle> ending) {
        pass.fenced(h -> {
            new CommandQueue(h).done(command, note, pass.now());
            ending.accept(h);
            return command;
        });
    }

    /** Where the original is: as its copy says, else as it was when it was asked. */
    Target target() throws IOException {
        Optional<ShownFlags.Located> copy = pass.read(h -> new ShownFlags(h).lock(command.copyId()));
        if (copy.isPresent() && copy.get().gone()) {
            throw new CommandRefused("The original is gone at the provider");
        }
        if (copy.isEmpty() && command.folderId() == null) {
            throw new CommandRefused("The message is not there any more");
        }
        long folderId = copy.isPresent() ? copy.get().folderId() : command.folderId();
        return new Target(
                folder(folderId),
                copy.map(ShownFlags.Located::uidValidity).orElse(command.uidValidity()),
                copy.map(ShownFlags.Located::uid).orElse(command.uid()),
                copy.orElse(null));
    }

    MailFolder folder(long folderId) throws IOException {
        return pass.read(h -> new MailFolders(h).get(folderId))
                .orElseThrow(() -> new CommandRefused("The folder is gone at the provider"));
    }

    /**
     * Opens the original's folder; its numbers must still mean what they meant, and the original's number must
     * mean this very original.
     *
     * @param takesAway whether the original is to leave its place: then its content is what counts
     * @throws CommandPush.PutOff until a pull has found out what they mean now
     */
    Opened open(Target target, boolean takesAway) throws IOException {
        requireNoDoubt(target.folder());
        OpenFolder open = provider.select(target.folder().wireName());
        if (open.uidValidity() != target.uidValidity()) {
            if (target.copy() == null || command.tries() > 5) {
                throw new CommandRefused("The folder was numbered anew: the original could not be found again");
            }
            throw new CommandPush.PutOff("The folder was numbered anew: the next pass finds the original", null);
        }
        Optional<Listed> its = session.list(String.valueOf(target.uid())).stream()
                .filter(each -> each.uid() == target.uid())
                .findFirst();
        if (its.isEmpty() && session.has(target.uid())) {
            throw new CommandPush.PutOff("The provider does not describe the original", null);
        }
        if (its.isPresent()) {
            requireOurs(target, its.get(), takesAway);
        }
        return new Opened(open, its.isPresent());
    }

    private void requireNoDoubt(MailFolder folder) throws CommandPush.PutOff {
        Optional<String> doubt = pass.read(
                h -> h.createQuery("SELECT doubt FROM folder_state WHERE folder_id = :folder AND doubt IS NOT NULL")
                        .bind("folder", folder.id())
                        .mapTo(String.class)
                        .findOne());
        if (doubt.isPresent()) {
            throw new CommandPush.PutOff("The numbers of the folder are in doubt: " + doubt.get(), null);
        }
    }

    private void requireOurs(Target target, Listed its, boolean takesAway) throws IOException {
        Optional<KnownOriginal> known = target.copy() == null
                ? Optional.empty()
                : pass.read(h -> new CopyNumbers(h).known(target.copy().copyId()));
        if (new OriginalCheck(session, command).isOurs(known, its, takesAway)) {
            return;
        }
        if (target.copy() == null || command.tries() >= MOST_LOOKS) {
            throw new CommandRefused("The number of the original means another message now: nothing was changed");
        }
        pass.fenced(h -> {
            new FolderRows(h).doubt(target.folder().id(), "A number means another original than before");
            return target;
        });
        throw new CommandPush.PutOff(
                "The number of the original means another message now: the next pass finds the original", null);
    }

    /** Whether a folder has a number under the numbering that it was given in. */
    boolean has(MailFolder folder, long uidValidity, long uid) throws IOException {
        FolderStatus status = session.examine(folder.wireName(), null, ModSeq.NONE);
        return status.uidValidity().value() == uidValidity && session.has(uid);
    }

    /** A folder's numbers before something is put into it. */
    CommandJournal before(MailFolder into) throws IOException {
        FolderStatus status = session.examine(into.wireName(), null, ModSeq.NONE);
        return new CommandJournal(
                CommandJournal.Step.PUTTING, status.uidValidity().value(), status.uidNext(), 0);
    }

    /** Where in the folder to look for what may have been put there. */
    private static String since(CommandJournal journal, FolderStatus status) {
        boolean same = journal.uidValidity() == status.uidValidity().value() && journal.uidNext() > 0;
        long first = same ? journal.uidNext() : Math.max(1, status.uidNext() - SEARCHED_WITHOUT_NUMBER);
        return first + ":*";
    }

    /** The original among what came into a folder since the journal was begun, by its content; empty if it is not there. */
    Optional<Placed> findContent(MailFolder into, CommandJournal journal) throws IOException {
        FolderStatus status = session.examine(into.wireName(), null, ModSeq.NONE);
        if (status.exists() == 0 || command.contentSha256() == null) {
            return Optional.empty();
        }
        String uids = since(journal, status);
        long first = Long.parseLong(uids.substring(0, uids.indexOf(':')));
        List<Listed> candidates = session.list(uids).stream()
                .filter(each -> each.uid() >= first)
                .sorted(Comparator.comparing((Listed each) -> each.size() != command.sizeBytes())
                        .thenComparing(Listed::uid, Comparator.reverseOrder()))
                .limit(MOST_CANDIDATES)
                .toList();
        for (Listed candidate : candidates) {
            byte[] digest = new OriginalCheck(session, command).digest(candidate);
            if (digest != null && MessageDigest.isEqual(digest, command.contentSha256())) {
                return Optional.of(new Placed(status.uidValidity().value(), candidate.uid()));
            }
        }
        return Optional.empty();
    }

    /** A message among what came into a folder since the journal was begun, by its Message-ID. */
    Optional<Placed> findMessageId(MailFolder into, String messageId) throws IOException {
        FolderStatus status = session.examine(into.wireName(), null, ModSeq.NONE);
        if (status.exists() == 0) {
            return Optional.empty();
        }
        return session.messageIds(since(command.journal(), status)).entrySet().stream()
                .filter(each -> each.getValue().equals(messageId))
                .findFirst()
                .map(each -> new Placed(status.uidValidity().value(), each.getKey()));
    }
}
