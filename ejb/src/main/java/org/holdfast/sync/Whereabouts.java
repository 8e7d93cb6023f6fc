package org.holdfast.sync;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.failure.ProtocolViolation;
import org.holdfast.sync.imap.FolderStatus;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;

/**
 * Looks for originals in folders whose turn it is not: whether they are still where their copies are at home,
 * and whether what is gone lies in a folder that is not synchronised. Opens other folders in the session.
 */
final class Whereabouts {

    private final Pass pass;
    private final ImapSession session;

    Whereabouts(Pass pass, ImapSession session) {
        this.pass = pass;
        this.session = session;
    }

    /**
     * Looks whether originals are still at their old places, and notes those that have left: whatever was seen
     * elsewhere before has moved there, and is no second original.
     *
     * @return hints of those whose folder cannot be read now, so that nobody knows
     */
    Set<String> noteDeparted(Collection<CopyElsewhere> copies) throws IOException {
        Set<String> unknown = new HashSet<>();
        Map<String, List<CopyElsewhere>> folders =
                copies.stream().collect(Collectors.groupingBy(CopyElsewhere::wireName));
        for (Map.Entry<String, List<CopyElsewhere>> folder : folders.entrySet()) {
            try {
                noteDeparted(folder.getKey(), folder.getValue());
            } catch (CommandRefused | ProtocolViolation e) {
                folder.getValue().forEach(copy -> unknown.add(copy.hint()));
            }
        }
        return unknown;
    }

    private void noteDeparted(String wireName, List<CopyElsewhere> copies) throws IOException {
        FolderStatus status = session.examine(wireName, null, ModSeq.NONE);
        // Under other numbers a whole look has to find them first.
        Set<Long> uids = copies.stream()
                .filter(copy -> copy.validity().equals(status.uidValidity()))
                .map(CopyElsewhere::uid)
                .collect(Collectors.toSet());
        if (uids.isEmpty()) {
            return;
        }
        uids.removeAll(session.search(UidSet.of(uids)));
        if (!uids.isEmpty()) {
            long folder = copies.get(0).folderId();
            pass.fenced(h -> {
                pass.departures(h).note(folder, status.uidValidity(), uids, true);
                return uids;
            });
        }
    }

    /**
     * Looks for originals in folders that are not synchronised; their copies go there with them, and live out
     * their time.
     *
     * @return the copies that are in none of them
     * @throws CommandRefused if one of them cannot be read
     */
    List<Long> missing(Collection<Long> copyIds, Collection<KnownFolder> unselected) throws IOException {
        Set<Long> missing = new HashSet<>(copyIds);
        for (KnownFolder folder : unselected) {
            if (!missing.isEmpty()) {
                List<HomelessCopy> sought = pass.read(h -> new CopyNumbers(h).copies(missing));
                settle(folder, sought).forEach(missing::remove);
            }
        }
        return missing.stream().sorted().toList();
    }

    private List<Long> settle(KnownFolder folder, List<HomelessCopy> sought) throws IOException {
        FolderStatus status = session.examine(folder.wireName(), null, ModSeq.NONE);
        List<ImapSession.Sought> marks = new ArrayList<>();
        for (HomelessCopy copy : sought) {
            if (copy.receivedAt() != null) {
                marks.add(new ImapSession.Sought(copy.receivedAt(), copy.announced()));
            }
        }
        Set<Long> found = status.exists() == 0 ? new HashSet<>() : session.search(marks);
        found.removeAll(pass.read(h -> new CopyNumbers(h).stored(folder.id(), status.uidValidity(), 1)));
        if (found.isEmpty()) {
            return List.of();
        }
        Homeless homeless = new Homeless(sought);
        List<Listed> candidates = session.list(UidSet.of(found).toString()).stream()
                .filter(homeless::mayBe)
                .toList();
        NumberCheck numbers = new NumberCheck(pass, session, folder, status.uidValidity());
        List<Match> matches = homeless.match(candidates, numbers.askMessageIds(candidates));
        if (!matches.isEmpty()) {
            pass.write(h -> {
                new CopyNumbers(h).settle(folder, status.uidValidity(), matches);
                return PassCounts.ofMoved(matches.size());
            });
        }
        return matches.stream().map(match -> match.copy().id()).toList();
    }
}
