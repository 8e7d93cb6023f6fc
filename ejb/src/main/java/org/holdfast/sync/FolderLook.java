package org.holdfast.sync;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.holdfast.sync.imap.FolderStatus;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;

/**
 * What a light look shows of a folder, held against a search: a server may leave lines out, or send some that
 * cannot be read, and call the answer whole.
 *
 * @param unlisted UIDs that a search finds and the list lacks
 * @param whole false if there should be more than both show
 */
record FolderLook(List<Listed> listed, Set<Long> unlisted, boolean whole) {

    /** The answer to a search is one line, which must not be too long. */
    private static final int SEARCH_COUNT = 2_000;

    /** From a UID on, below the one that the next message gets. */
    static FolderLook from(long from, ImapSession session, FolderStatus status) throws IOException {
        // A server answers N:* with its last message even if that is below N.
        List<Listed> listed = session.list(from + ":*").stream()
                .filter(each -> isWithin(each.uid(), from, status))
                .toList();
        boolean all = from == 1 && status.uidNext() > 0 && listed.size() == status.exists();
        Set<Long> unlisted = all ? new HashSet<>() : present(from, session, listed);
        unlisted.removeIf(uid -> !isWithin(uid, from, status));
        listed.forEach(each -> unlisted.remove(each.uid()));
        return new FolderLook(listed, unlisted, from > 1 || listed.size() + unlisted.size() >= status.exists());
    }

    private static boolean isWithin(long uid, long from, FolderStatus status) {
        return uid >= from && (status.uidNext() == 0 || uid < status.uidNext());
    }

    private static Set<Long> present(long from, ImapSession session, List<Listed> listed) throws IOException {
        List<Long> uids = listed.stream().map(Listed::uid).sorted().toList();
        Set<Long> found = new HashSet<>();
        long first = from;
        for (int i = SEARCH_COUNT; i < uids.size(); i += SEARCH_COUNT) {
            found.addAll(session.search(first + ":" + uids.get(i)));
            first = uids.get(i) + 1;
        }
        found.addAll(session.search(first + ":*"));
        return found;
    }

    int count() {
        return listed.size() + unlisted.size();
    }

    /** 0 if nothing is there. */
    long lastUid() {
        return Stream.concat(listed.stream().map(Listed::uid), unlisted.stream())
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }
}
