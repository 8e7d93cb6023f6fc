package org.holdfast.sync;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.holdfast.plan.Cutoff;
import org.holdfast.sync.FolderChanges.Found;
import org.holdfast.sync.KnownFolder.Watermark;
import org.holdfast.sync.failure.ProtocolViolation;
import org.holdfast.sync.imap.FolderStatus;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;

/**
 * Brings the copies of one folder up to the originals: what has left it first, so that other folders can take
 * it up; then new mail of the window, newest first; the watermark last, with flags in one transaction.
 */
final class FolderPull {

    /** Less of a step forward is not worth a write. */
    private static final Duration FILL_STEP = Duration.ofHours(1);

    /** After a longer gap nobody knows what was purged meanwhile: the whole window is looked through. */
    private static final Duration FILL_GAP = Duration.ofHours(24);

    /** How often all UIDs are compared, whatever the counters say. */
    private static final Duration AUDIT = Duration.ofHours(24);

    private final Pass pass;
    private final ImapSession session;
    private final KnownFolder folder;

    FolderPull(Pass pass, ImapSession session, KnownFolder folder) {
        this.pass = pass;
        this.session = session;
        this.folder = folder;
    }

    /** Looks at the folder once. */
    void run() throws IOException {
        Optional<Cutoff> cutoff = pass.requireAllowed();
        OpenFolder open = open(cutoff);
        Watermark state = folder.state();
        FolderStatus status = open.status();
        boolean quiet = !open.window()
                && isUnchanged(state, status, open.modSeq())
                && !folder.care().retriesDue();
        if (quiet && Objects.equals(filledFrom(cutoff, false), state.filledFrom())) {
            return;
        }
        FolderLook look = look(open);
        long next = nextUid(state, status, look);
        NumberCheck numbers = new NumberCheck(pass, session, folder, status.uidValidity());
        int strangers = open.window() && look.whole() ? numbers.settle(look.listed(), open.doubted()) : 0;
        Found found = look.whole() ? new FolderChanges(pass, session, folder).find(open, look, next) : Found.NOTHING;
        letGo(status.uidValidity(), found);
        Planned planned = plan(open, look, cutoff, numbers);
        planned.fetch().run();
        if (!look.whole()) {
            throw new ProtocolViolation(
                    "The server says that the folder has " + status.exists() + " messages, and shows " + look.count());
        }
        if (!planned.all()) {
            return;
        }
        Instant filledFrom = filledFrom(cutoff, open.window());
        complete(
                open,
                new Watermark(status.uidValidity(), next, open.modSeq(), filledFrom, status.exists(), found.suspects()),
                found,
                audit(open, look, strangers + found.vanished().size() + planned.fresh()),
                planned.fetch());
    }

    /**
     * What is to be brought in. Originals that look like copies in other folders may have moved here: then they
     * are gone from there by now, which is looked up before any is taken for another original.
     */
    private Planned plan(OpenFolder open, FolderLook look, Optional<Cutoff> cutoff, NumberCheck numbers)
            throws IOException {
        FolderFetch fetch = pass.read(h -> FolderFetch.over(h, pass, session, folder, open, numbers));
        int fresh = fetch.plan(look, cutoff);
        List<CopyElsewhere> elsewhere = fetch.mayComeFrom();
        if (elsewhere.isEmpty()) {
            return new Planned(fetch, fresh, true);
        }
        Set<String> unknown = new Whereabouts(pass, session).noteDeparted(elsewhere);
        FolderStatus again = session.examine(folder.wireName(), null, ModSeq.NONE);
        if (!again.uidValidity().equals(open.status().uidValidity())) {
            throw new ProtocolViolation("The folder's numbers changed while it was looked at");
        }
        FolderFetch sure = pass.read(h -> FolderFetch.over(h, pass, session, folder, open, numbers));
        int all = sure.plan(look, cutoff);
        sure.leave(unknown);
        return new Planned(sure, fresh, sure.count() == all);
    }

    /**
     * What a pass fetches.
     *
     * @param fresh how many originals were new
     * @param all false if some are left to another pass
     */
    private record Planned(FolderFetch fetch, int fresh, boolean all) {}

    private OpenFolder open(Optional<Cutoff> cutoff) throws IOException {
        Watermark state = folder.state();
        boolean believed = state != null && folder.care().doubt() == null;
        FolderStatus status = session.examine(
                folder.wireName(), believed ? state.uidValidity() : null, believed ? state.modSeq() : ModSeq.NONE);
        ModSeq modSeq = session.hasModSeq() ? status.modSeq() : ModSeq.NONE;
        String doubt = NumberCheck.doubtAbout(folder, status, modSeq);
        if (doubt != null) {
            new NumberCheck(pass, session, folder, status.uidValidity()).doubt(doubt);
        }
        return new OpenFolder(status, modSeq, doubt != null, doubt != null || needsWholeWindow(status, cutoff));
    }

    private boolean needsWholeWindow(FolderStatus status, Optional<Cutoff> cutoff) {
        Watermark state = folder.state();
        if (state == null
                || !state.uidValidity().equals(status.uidValidity())
                || state.suspects() != null
                || folder.care().lookAgain()
                || isAuditDue()) {
            return true;
        }
        if (state.filledFrom() == null) {
            return false;
        }
        return cutoff.isEmpty()
                || cutoff.get().at().isBefore(state.filledFrom())
                || Duration.between(state.filledFrom(), cutoff.get().at()).compareTo(FILL_GAP) > 0;
    }

    private boolean isAuditDue() {
        Instant last = folder.care().auditedAt();
        return last == null || Duration.between(last, pass.now()).compareTo(AUDIT) >= 0;
    }

    private static boolean isUnchanged(Watermark state, FolderStatus status, ModSeq modSeq) {
        return modSeq.isKnown()
                && modSeq.equals(state.modSeq())
                && status.uidNext() == state.uidNext()
                && status.exists() == state.originals();
    }

    /** How far back the window is filled after this pass; null: without limit. */
    private Instant filledFrom(Optional<Cutoff> cutoff, boolean window) {
        Watermark state = folder.state();
        Instant edge = cutoff.map(Cutoff::at).orElse(null);
        if (window || edge == null || state.filledFrom() == null) {
            return edge;
        }
        boolean step = Duration.between(state.filledFrom(), edge).compareTo(FILL_STEP) > 0;
        return step ? edge : state.filledFrom();
    }

    private FolderLook look(OpenFolder open) throws IOException {
        FolderStatus status = open.status();
        long from = open.window() ? 1 : folder.state().uidNext();
        boolean nothing = status.exists() == 0 || (!open.window() && status.uidNext() > 0 && status.uidNext() <= from);
        return nothing ? new FolderLook(List.of(), Set.of(), true) : FolderLook.from(from, session, status);
    }

    private static long nextUid(Watermark state, FolderStatus status, FolderLook look) {
        if (status.uidNext() > 0) {
            return status.uidNext();
        }
        boolean same = state != null && state.uidValidity().equals(status.uidValidity());
        return Math.max(same ? state.uidNext() : 1, look.lastUid() + 1);
    }

    /** From here on copies may go with their originals to other folders. */
    private void letGo(UidValidity validity, Found found) {
        if (!found.vanished().isEmpty()) {
            pass.fenced(h -> {
                pass.departures(h).note(folder.id(), validity, found.vanished(), found.suspects() == null);
                return found;
            });
        }
    }

    private Audit audit(OpenFolder open, FolderLook look, long repaired) {
        if (!open.window()) {
            return null;
        }
        Set<Long> uids = look.listed().stream().map(Listed::uid).collect(Collectors.toSet());
        uids.addAll(look.unlisted());
        // What the counters announced is no repair.
        boolean silent = folder.state() != null && isUnchanged(folder.state(), open.status(), open.modSeq());
        return new Audit(uids.size(), FolderChanges.digest(uids), silent ? repaired : 0);
    }

    private void complete(OpenFolder open, Watermark to, Found found, Audit audit, FolderFetch fetch) {
        boolean nothing =
                audit == null && isSame(folder.state(), to) && found.returned().isEmpty();
        if (nothing && !flagsDiffer(to, found)) {
            return;
        }
        pass.completeFolder(h -> {
            Instant now = pass.now();
            FolderRows rows = new FolderRows(h);
            pass.departures(h).returned(folder, to.uidValidity(), found.returned());
            long flagged = new CopyStore(h).follow(folder.id(), to.uidValidity(), found.flags());
            if (open.window()) {
                new CopyNumbers(h).markStrangersGone(folder.id(), to.uidValidity(), now);
            }
            rows.advance(folder, to, now);
            rows.objectId(folder.id(), open.status().objectId());
            fetch.completed(h);
            if (audit != null) {
                rows.audited(folder.id(), audit.uids(), audit.sha256(), audit.repaired(), now);
            }
            return PassCounts.ofFlagged(flagged);
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

    /** A comparison of all UIDs. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Audit(long uids, byte[] sha256, long repaired) {}
}
