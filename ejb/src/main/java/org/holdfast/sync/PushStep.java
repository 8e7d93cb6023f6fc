package org.holdfast.sync;

import java.io.IOException;
import java.util.Comparator;
import java.util.HexFormat;
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
import org.holdfast.sync.imap.Original;

/** One command under way, with what all kinds of commands need. */
record PushStep(Pass pass, ImapSession session, CommandSession provider, UserCommand command) {

    /** No more originals than this are fetched to find one again. */
    private static final int MOST_CANDIDATES = 20;

    private static final int SEARCHED_WITHOUT_NUMBER = 200;

    /** The original as it is known now. */
    record Target(MailFolder folder, long uidValidity, long uid, ShownFlags.Located copy) {}

    /** Writes under the lease how far the command is; before anything of it leaves. */
    void note(CommandJournal journal) {
        pass.fenced(h -> {
            new CommandQueue(h).note(command.id(), journal);
            return journal;
        });
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
        long folderId = copy.map(ShownFlags.Located::folderId).orElse(command.folderId());
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
     * Opens the original's folder; its numbers must still mean what they meant.
     *
     * @throws CommandPush.PutOff until a pull has found out what they mean now
     */
    OpenFolder open(Target target) throws IOException {
        OpenFolder open = provider.select(target.folder().wireName());
        if (open.uidValidity() != target.uidValidity()) {
            if (target.copy() == null || command.tries() > 5) {
                throw new CommandRefused("The folder was numbered anew: the original could not be found again");
            }
            throw new CommandPush.PutOff("The folder was numbered anew: the next pass finds the original", null);
        }
        return open;
    }

    /** A folder's numbers before something is put into it. */
    CommandJournal before(MailFolder into) throws IOException {
        FolderStatus status = session.examine(into.wireName(), null, ModSeq.NONE);
        return new CommandJournal(
                CommandJournal.Step.PUTTING, status.uidValidity().value(), status.uidNext(), 0);
    }

    /** Where in the folder to look for what may have been put there. */
    private String since(FolderStatus status) {
        CommandJournal journal = command.journal();
        boolean same = journal.uidValidity() == status.uidValidity().value() && journal.uidNext() > 0;
        long first = same ? journal.uidNext() : Math.max(1, status.uidNext() - SEARCHED_WITHOUT_NUMBER);
        return first + ":*";
    }

    /** The original among what came into a folder since the journal was begun, by its content; empty if it is not there. */
    Optional<Placed> findContent(MailFolder into) throws IOException {
        FolderStatus status = session.examine(into.wireName(), null, ModSeq.NONE);
        String uids = since(status);
        long first = Long.parseLong(uids.substring(0, uids.indexOf(':')));
        List<Listed> candidates = session.list(uids).stream()
                .filter(each -> each.uid() >= first)
                .sorted(Comparator.comparing((Listed each) -> each.size() != command.sizeBytes())
                        .thenComparing(Listed::uid, Comparator.reverseOrder()))
                .limit(MOST_CANDIDATES)
                .toList();
        for (Listed candidate : candidates) {
            Original original = session.fetchAlone(candidate.uid());
            if (original != null && isOurs(original.raw())) {
                return Optional.of(new Placed(status.uidValidity().value(), candidate.uid()));
            }
        }
        return Optional.empty();
    }

    private boolean isOurs(byte[] raw) {
        return HexFormat.of()
                .formatHex(Content.digest().digest(raw))
                .equals(HexFormat.of().formatHex(command.contentSha256()));
    }

    /** A message among what came into a folder since the journal was begun, by its Message-ID. */
    Optional<Placed> findMessageId(MailFolder into, String messageId) throws IOException {
        FolderStatus status = session.examine(into.wireName(), null, ModSeq.NONE);
        if (status.exists() == 0) {
            return Optional.empty();
        }
        return session.messageIds(since(status)).entrySet().stream()
                .filter(each -> each.getValue().equals(messageId))
                .findFirst()
                .map(each -> new Placed(status.uidValidity().value(), each.getKey()));
    }
}
