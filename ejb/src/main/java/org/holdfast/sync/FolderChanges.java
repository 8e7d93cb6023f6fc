package org.holdfast.sync;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.holdfast.message.Flags;
import org.holdfast.sync.KnownFolder.Watermark;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;

/** What is different at the provider with originals that are stored already: flags, and what is gone. */
final class FolderChanges {

    /** So many gone at once, and a fifth of the folder, wait for a second look. */
    private static final int MASS = 50;

    private static final UidSet ALL = UidSet.range(1, Uid.MAX);

    private final Pass pass;
    private final ImapSession session;
    private final KnownFolder folder;

    FolderChanges(Pass pass, ImapSession session, KnownFolder folder) {
        this.pass = pass;
        this.session = session;
        this.folder = folder;
    }

    /**
     * Compares.
     *
     * @param next UIDs from it on are none of the stored
     */
    Found find(OpenFolder open, FolderLook look, long next) throws IOException {
        Watermark state = folder.state();
        UidValidity validity = open.status().uidValidity();
        if (open.window()) {
            Map<Long, Flags> all = look.listed().stream().collect(Collectors.toMap(Listed::uid, Listed::flags));
            Set<Long> known = among(validity, ALL, next);
            return judge(validity, all, without(known, all.keySet()));
        }
        if (open.status().changes() != null) {
            Set<Long> gone = among(validity, open.status().changes().vanished(), next);
            return judge(validity, open.status().changes().flags(), gone);
        }
        Set<Long> known = among(validity, ALL, Math.min(next, state.uidNext()));
        if (known.isEmpty()) {
            return Found.NOTHING;
        }
        UidSet reach = UidSet.range(
                known.stream().min(Comparator.naturalOrder()).orElseThrow(),
                known.stream().max(Comparator.naturalOrder()).orElseThrow());
        boolean countsAgree = open.status().exists() - look.count() == state.originals();
        if (open.modSeq().isKnown() && state.modSeq().isKnown() && countsAgree) {
            return judge(validity, session.flags(reach, state.modSeq()), Set.of());
        }
        Map<Long, Flags> all = session.flags(reach, ModSeq.NONE);
        return judge(validity, all, without(known, all.keySet()));
    }

    private Set<Long> among(UidValidity validity, UidSet uids, long next) {
        Set<Long> known = pass.read(h -> new CopyNumbers(h).among(folder.id(), validity, uids));
        known.removeIf(uid -> uid >= next);
        return known;
    }

    private static Set<Long> without(Set<Long> all, Set<Long> present) {
        return all.stream().filter(uid -> !present.contains(uid)).collect(Collectors.toSet());
    }

    /** Gone is what a search does not find either; a mass of it only when a second look sees the same. */
    private Found judge(UidValidity validity, Map<Long, Flags> flags, Set<Long> absent) throws IOException {
        Set<Long> vanished = new HashSet<>(absent);
        vanished.removeAll(session.search(UidSet.of(absent)));
        Set<Long> returned = pass.read(h -> new CopyNumbers(h).missing(folder.id(), validity));
        returned.retainAll(flags.keySet());
        if (vanished.size() > MASS
                && vanished.size() * 5L > pass.read(h -> new CopyNumbers(h).count(folder.id(), validity))) {
            byte[] suspects = digest(vanished);
            boolean again = folder.state() != null
                    && Arrays.equals(suspects, folder.state().suspects());
            return new Found(flags, vanished, returned, again ? null : suspects);
        }
        return new Found(flags, vanished, returned, null);
    }

    static byte[] digest(Set<Long> uids) {
        return Content.digest().digest(new TreeSet<>(uids).toString().getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * What is different.
     *
     * @param flags as they are now; of originals that are not stored too
     * @param vanished not there any more
     * @param returned there although they were found gone
     * @param suspects digest of a mass of vanished that a second look has not seen yet; null if there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // compared with Arrays.equals
    record Found(Map<Long, Flags> flags, Set<Long> vanished, Set<Long> returned, byte[] suspects) {

        static final Found NOTHING = new Found(new HashMap<>(), Set.of(), Set.of(), null);
    }
}
