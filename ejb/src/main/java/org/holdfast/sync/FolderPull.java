package org.holdfast.sync;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.holdfast.message.Copy;
import org.holdfast.message.Flags;
import org.holdfast.plan.Cutoff;
import org.holdfast.sync.KnownFolder.Watermark;
import org.holdfast.sync.failure.ProtocolViolation;
import org.holdfast.sync.imap.FolderStatus;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;

/**
 * Brings the copies of one folder up to the originals: new mail of the window, newest first; then flags and
 * what has vanished; the watermark last, with them in one transaction.
 */
final class FolderPull {

    /** Less of a step forward is not worth a write. */
    private static final Duration FILL_STEP = Duration.ofHours(1);

    /** After a longer gap nobody knows what was purged meanwhile: the whole window is looked through. */
    private static final Duration FILL_GAP = Duration.ofHours(24);

    private static final int MASS = 50;

    private final Pass pass;
    private final ImapSession session;
    private final KnownFolder folder;

    FolderPull(Pass pass, ImapSession session, KnownFolder folder) {
        this.pass = pass;
        this.session = session;
        this.folder = folder;
    }

    void run() throws IOException {
        Optional<Cutoff> cutoff = pass.requireAllowed();
        Watermark state = folder.state();
        FolderStatus status = session.examine(
                folder.wireName(),
                state == null ? null : state.uidValidity(),
                state == null ? ModSeq.NONE : state.modSeq());
        ModSeq modSeq = session.hasModSeq() ? status.modSeq() : ModSeq.NONE;
        boolean window = needsWholeWindow(state, status, cutoff);
        if (!window
                && isUnchanged(state, status, modSeq)
                && !filledTo(state, cutoff, false).moves(state)) {
            return;
        }
        FolderLook look = look(state, status, window);
        long next = nextUid(state, status, look);
        fetch(status.uidValidity(), look, cutoff);
        if (!look.whole()) {
            throw new ProtocolViolation(
                    "The server says that the folder has " + status.exists() + " messages, and shows " + look.count());
        }
        Found found = compare(state, status, modSeq, look, window, next);
        Watermark to = new Watermark(
                status.uidValidity(),
                next,
                modSeq,
                filledTo(state, cutoff, window).from(),
                status.exists(),
                found.suspects());
        complete(state, to, found, window);
    }

    private static boolean needsWholeWindow(Watermark state, FolderStatus status, Optional<Cutoff> cutoff) {
        if (state == null
                || !state.uidValidity().equals(status.uidValidity())
                || state.suspects() != null
                || (status.uidNext() > 0 && status.uidNext() < state.uidNext())) {
            return true;
        }
        if (state.filledFrom() == null) {
            return false;
        }
        return cutoff.isEmpty()
                || cutoff.get().at().isBefore(state.filledFrom())
                || Duration.between(state.filledFrom(), cutoff.get().at()).compareTo(FILL_GAP) > 0;
    }

    private static boolean isUnchanged(Watermark state, FolderStatus status, ModSeq modSeq) {
        return modSeq.isKnown()
                && modSeq.equals(state.modSeq())
                && status.uidNext() == state.uidNext()
                && status.exists() == state.originals();
    }

    private static Filled filledTo(Watermark state, Optional<Cutoff> cutoff, boolean window) {
        Instant edge = cutoff.map(Cutoff::at).orElse(null);
        if (window || edge == null || state.filledFrom() == null) {
            return new Filled(edge);
        }
        boolean step = Duration.between(state.filledFrom(), edge).compareTo(FILL_STEP) > 0;
        return new Filled(step ? edge : state.filledFrom());
    }

    private FolderLook look(Watermark state, FolderStatus status, boolean window) throws IOException {
        long from = window ? 1 : state.uidNext();
        boolean nothing = status.exists() == 0 || (!window && status.uidNext() > 0 && status.uidNext() <= from);
        return nothing ? new FolderLook(List.of(), Set.of(), true) : FolderLook.from(from, session, status);
    }

    private static long nextUid(Watermark state, FolderStatus status, FolderLook look) {
        if (status.uidNext() > 0) {
            return status.uidNext();
        }
        boolean same = state != null && state.uidValidity().equals(status.uidValidity());
        return Math.max(same ? state.uidNext() : 1, look.lastUid() + 1);
    }

    private void fetch(UidValidity validity, FolderLook look, Optional<Cutoff> cutoff) throws IOException {
        FolderFetch fetch = pass.read(h -> FolderFetch.over(h, pass, session, folder, validity));
        Instant now = pass.now();
        List<Listed> wanted = look.listed().stream()
                .filter(each -> fetch.isNew(each.uid()))
                .filter(each -> fetch.mayBeKnown(each)
                        || cutoff.isEmpty()
                        || !cutoff.get().isBeyond(Copy.clockOf(each.receivedAt(), now)))
                .sorted(Comparator.comparing(
                                (Listed each) -> Copy.clockOf(each.receivedAt(), now), Comparator.reverseOrder())
                        .thenComparing(Listed::uid, Comparator.reverseOrder()))
                .toList();
        fetch.run(wanted, look.unlisted());
    }

    private Found compare(
            Watermark state, FolderStatus status, ModSeq modSeq, FolderLook look, boolean window, long next)
            throws IOException {
        Set<Long> known = pass.read(h -> new CopyStore(h).uids(folder.id(), status.uidValidity()));
        known.removeIf(uid -> uid >= next);
        if (window) {
            Map<Long, Flags> all = look.listed().stream().collect(Collectors.toMap(Listed::uid, Listed::flags));
            return judge(state, status.uidValidity(), known, all, without(known, all.keySet()));
        }
        if (status.changes() != null) {
            Set<Long> gone =
                    known.stream().filter(status.changes().vanished()::contains).collect(Collectors.toSet());
            return judge(state, status.uidValidity(), known, status.changes().flags(), gone);
        }
        known.removeIf(uid -> uid >= state.uidNext());
        if (known.isEmpty()) {
            return new Found(Map.of(), Set.of(), Set.of(), null);
        }
        UidSet reach = UidSet.range(
                known.stream().min(Comparator.naturalOrder()).orElseThrow(),
                known.stream().max(Comparator.naturalOrder()).orElseThrow());
        boolean countsAgree = status.exists() - look.count() == state.originals();
        if (modSeq.isKnown() && state.modSeq().isKnown() && countsAgree) {
            return judge(state, status.uidValidity(), known, session.flags(reach, state.modSeq()), Set.of());
        }
        Map<Long, Flags> all = session.flags(reach, ModSeq.NONE);
        return judge(state, status.uidValidity(), known, all, without(known, all.keySet()));
    }

    private static Set<Long> without(Set<Long> all, Set<Long> present) {
        return all.stream().filter(uid -> !present.contains(uid)).collect(Collectors.toSet());
    }

    /** Gone is what a search does not find either; a mass of it only when a second look sees the same. */
    private Found judge(
            Watermark state, UidValidity validity, Set<Long> known, Map<Long, Flags> flags, Set<Long> missing)
            throws IOException {
        Set<Long> vanished = new HashSet<>(missing);
        vanished.removeAll(session.search(UidSet.of(missing)));
        Set<Long> returned = pass.read(h -> new CopyStore(h).goneUids(folder.id(), validity));
        returned.retainAll(flags.keySet());
        Map<Long, Flags> relevant = new HashMap<>(flags);
        relevant.keySet().retainAll(known);
        if (vanished.size() > MASS && vanished.size() * 5L > known.size()) {
            byte[] suspects =
                    Content.digest().digest(new TreeSet<>(vanished).toString().getBytes(StandardCharsets.US_ASCII));
            if (state == null || !Arrays.equals(suspects, state.suspects())) {
                return new Found(relevant, Set.of(), returned, suspects);
            }
        }
        return new Found(relevant, vanished, returned, null);
    }

    private void complete(Watermark state, Watermark to, Found found, boolean window) {
        boolean moved = !found.vanished().isEmpty() || !found.returned().isEmpty();
        if (isSame(state, to) && !moved && !flagsDiffer(to, found)) {
            return;
        }
        pass.completeFolder(h -> {
            CopyStore copies = new CopyStore(h);
            Instant now = pass.now();
            long removed =
                    found.vanished().isEmpty() ? 0 : copies.vanish(folder, to.uidValidity(), found.vanished(), now);
            copies.markReturned(folder.id(), to.uidValidity(), found.returned());
            long flagged = copies.follow(folder.id(), to.uidValidity(), found.flags());
            if (window) {
                copies.markStrangersGone(folder.id(), to.uidValidity(), now);
            }
            new SyncStore(h).advance(folder.id(), state, to, now);
            return PassCounts.ofFollowed(removed, flagged);
        });
    }

    private boolean flagsDiffer(Watermark to, Found found) {
        return !found.flags().isEmpty()
                && pass.read(h -> new CopyStore(h).differ(folder.id(), to.uidValidity(), found.flags()));
    }

    private static boolean isSame(Watermark a, Watermark b) {
        return a != null
                && a.uidValidity().equals(b.uidValidity())
                && a.uidNext() == b.uidNext()
                && a.modSeq().equals(b.modSeq())
                && Objects.equals(a.filledFrom(), b.filledFrom())
                && a.originals() == b.originals()
                && Arrays.equals(a.suspects(), b.suspects());
    }

    /** How far back the window is filled after this pass. */
    private record Filled(Instant from) {

        boolean moves(Watermark state) {
            return !Objects.equals(from, state.filledFrom());
        }
    }

    /** What is different at the provider. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Found(Map<Long, Flags> flags, Set<Long> vanished, Set<Long> returned, byte[] suspects) {}
}
