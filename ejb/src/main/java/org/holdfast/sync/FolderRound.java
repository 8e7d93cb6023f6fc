package org.holdfast.sync;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.holdfast.sync.Departures.Seen;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.failure.ProtocolViolation;
import org.holdfast.sync.failure.ProviderFailure;
import org.holdfast.sync.imap.ImapSession;

/**
 * Goes through the folders of a mailbox, each by itself: one that the provider refuses does not stop the others.
 * What is in none of them after a whole look is let go.
 */
final class FolderRound {

    /** So many are looked for in folders that are not synchronised; the rest in the next pass. */
    private static final int LOOKED_FOR = 200;

    private final Pass pass;
    private final ImapSession session;
    private final long mailboxId;

    FolderRound(Pass pass, ImapSession session, long mailboxId) {
        this.pass = pass;
        this.session = session;
        this.mailboxId = mailboxId;
    }

    /**
     * Looks at all.
     *
     * @param there names of the folders that the provider has
     * @param missing why some that seem gone are still shown; null if there are none
     * @return what is to be told of single folders; null if there is nothing
     */
    String run(List<KnownFolder> folders, Set<String> there, String missing) throws IOException {
        ProviderFailure refused = null;
        Seen seen = missing == null ? Seen.ALL : Seen.NOT_ALL;
        int done = 0;
        for (KnownFolder folder : folders) {
            try {
                new FolderPull(pass, session, folder).run();
                done++;
            } catch (CommandRefused | ProtocolViolation e) {
                refused = new ProviderFailure("Folder " + folder.name() + ": " + e.getMessage(), e);
                seen = seen == Seen.ALL && folder.state() == null ? Seen.ALL_READABLE : less(seen, folder);
            }
        }
        if (refused != null && done == 0) {
            throw refused;
        }
        letGo(seen, there);
        return refused == null ? missing : MailboxPass.reason(refused);
    }

    private static Seen less(Seen seen, KnownFolder folder) {
        return folder.state() == null ? seen : Seen.NOT_ALL;
    }

    /** Copies whose originals are in no folder any more follow them, a pass after that was found. */
    private void letGo(Seen seen, Set<String> there) throws IOException {
        List<Long> lost = pass.read(h -> pass.departures(h).lost(mailboxId, seen));
        if (!lost.isEmpty()) {
            follow(missing(lost, there));
        }
        if (seen == Seen.ALL && pass.read(h -> pass.departures(h).waiting(mailboxId))) {
            pass.goOn();
        }
    }

    private void follow(List<Long> lost) {
        if (!lost.isEmpty()) {
            pass.write(h -> PassCounts.ofRemoved(pass.departures(h).follow(mailboxId, lost)));
        }
    }

    /** Those that lie in no folder that is not synchronised either. */
    private List<Long> missing(List<Long> lost, Set<String> there) throws IOException {
        List<KnownFolder> unselected = pass.read(h -> new FolderRows(h).unselected(mailboxId, pass.now())).stream()
                .filter(folder -> there.contains(folder.wireName()))
                .toList();
        if (unselected.isEmpty()) {
            return lost;
        }
        if (lost.size() > LOOKED_FOR) {
            pass.goOn();
        }
        List<Long> some = lost.subList(0, Math.min(LOOKED_FOR, lost.size()));
        try {
            return new Whereabouts(pass, session).missing(some, unselected);
        } catch (CommandRefused | ProtocolViolation e) {
            Set<Long> patient = new HashSet<>(pass.read(h -> pass.departures(h).lost(mailboxId, Seen.ALL_READABLE)));
            return some.stream().filter(patient::contains).toList();
        }
    }
}
