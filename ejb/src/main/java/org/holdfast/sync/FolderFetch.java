package org.holdfast.sync;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.holdfast.message.Copy;
import org.holdfast.message.Flags;
import org.holdfast.message.HeadParser;
import org.holdfast.plan.Cutoff;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.failure.ProviderBusy;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;
import org.holdfast.sync.imap.Original;
import org.jdbi.v3.core.Handle;

/**
 * Brings new originals of a folder in: those that are copies gone astray without their content, small ones in
 * batches, large ones in pieces. What a batch left out is asked for singly, and what cannot be had is
 * quarantined, so that nothing is ever in the way of the rest.
 */
final class FolderFetch {

    private static final String SESSION_ENDED = "The session ended while the message was asked for";

    private final Pass pass;
    private final ImapSession session;
    private final KnownFolder folder;
    private final NumberCheck numbers;
    private final Suspects suspects;
    private final Homeless homeless;
    private final Intake intake;
    private final BlockGate blocks;
    private final Set<Long> known;
    private final Set<Long> retries;
    private final HeadParser parser = new HeadParser();

    private List<Listed> wanted = List.of();
    private List<Long> unlisted = List.of();

    private FolderFetch(
            Handle handle, Pass pass, ImapSession session, KnownFolder folder, OpenFolder open, NumberCheck numbers) {
        this.pass = pass;
        this.session = session;
        this.folder = folder;
        this.numbers = numbers;
        UidValidity validity = open.status().uidValidity();
        CopyNumbers copies = new CopyNumbers(handle);
        QuarantineRows quarantine = new QuarantineRows(handle);
        this.suspects = new Suspects(handle, pass, folder, validity);
        this.homeless = new Homeless(copies.homeless(folder, validity));
        this.blocks = new BlockGate(handle, pass, folder, validity);
        this.intake = new Intake(
                pass, folder, validity, homeless, copies.purgedElsewhere(folder.id(), validity), suspects, blocks);
        this.retries = quarantine.due(folder.id(), validity, pass.now());
        this.known = copies.stored(
                folder.id(),
                validity,
                open.window() || !retries.isEmpty() ? 1 : folder.state().uidNext());
        known.addAll(quarantine.waiting(folder.id(), validity, pass.now()));
        known.addAll(new SyncStore(handle).purged(folder.id(), validity));
        known.addAll(blocks.kept());
    }

    /** With what the database knows of the folder now. */
    static FolderFetch over(
            Handle handle, Pass pass, ImapSession session, KnownFolder folder, OpenFolder open, NumberCheck numbers) {
        return new FolderFetch(handle, pass, session, folder, open, numbers);
    }

    /**
     * Says what has to be brought in.
     *
     * @return how many originals
     */
    int plan(FolderLook look, Optional<Cutoff> cutoff) throws IOException {
        Instant now = pass.now();
        List<Listed> listed = new ArrayList<>(look.listed());
        listed.addAll(retried(look));
        wanted = listed.stream()
                .filter(each -> !known.contains(each.uid()))
                .filter(each -> homeless.mayBe(each) || isInside(each, cutoff, now))
                .sorted(Comparator.comparing(
                                (Listed each) -> Copy.clockOf(each.receivedAt(), now), Comparator.reverseOrder())
                        .thenComparing(Listed::uid, Comparator.reverseOrder()))
                .toList();
        unlisted = look.unlisted().stream().filter(uid -> !known.contains(uid)).toList();
        matchAstray(cutoff, now);
        return count();
    }

    /** How many originals have to be brought in. */
    int count() {
        return wanted.size() + unlisted.size();
    }

    private static boolean isInside(Listed each, Optional<Cutoff> cutoff, Instant now) {
        return cutoff.isEmpty() || !cutoff.get().isBeyond(Copy.clockOf(each.receivedAt(), now));
    }

    /** Given up long ago and asked for again: those that the look did not reach. */
    private List<Listed> retried(FolderLook look) throws IOException {
        Set<Long> missing = new HashSet<>(retries);
        look.listed().forEach(each -> missing.remove(each.uid()));
        if (missing.isEmpty()) {
            return List.of();
        }
        List<Listed> found = session.list(UidSet.of(missing).toString());
        found.forEach(each -> missing.remove(each.uid()));
        missing.removeAll(session.search(UidSet.of(missing)));
        if (!missing.isEmpty()) {
            intake.vanished(List.copyOf(missing));
        }
        return found;
    }

    /** Copies that only lost their number or folder need no content. */
    private void matchAstray(Optional<Cutoff> cutoff, Instant now) throws IOException {
        List<Listed> candidates = wanted.stream().filter(homeless::mayBe).toList();
        if (candidates.isEmpty()) {
            return;
        }
        Map<Long, String> ids = numbers.askMessageIds(candidates);
        List<Match> matches = homeless.match(candidates, ids);
        intake.requireAllowed();
        intake.settle(matches);
        Set<Long> settled = matches.stream().map(Match::uid).collect(Collectors.toSet());
        wanted = wanted.stream()
                .filter(each -> !settled.contains(each.uid()))
                .filter(each -> isInside(each, cutoff, now) || homeless.needsContent(each, ids.get(each.uid())))
                .toList();
    }

    /** Copies that are at home in other folders, and look like originals that are to be brought in here. */
    List<CopyElsewhere> mayComeFrom() {
        List<Instant> dates = wanted.stream()
                .map(Listed::receivedAt)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        if (dates.isEmpty()) {
            return List.of();
        }
        Set<String> hints = wanted.stream().map(FolderFetch::hint).collect(Collectors.toSet());
        return pass.read(h -> new CopyNumbers(h).elsewhere(folder, dates)).stream()
                .filter(copy -> hints.contains(copy.hint()))
                .toList();
    }

    /** Leaves originals for another pass: whether they have moved here cannot be known now. */
    void leave(Set<String> hints) {
        wanted = wanted.stream().filter(each -> !hints.contains(hint(each))).toList();
    }

    private static String hint(Listed each) {
        return Homeless.hint(each.receivedAt(), each.size());
    }

    /** Brings them in. */
    void run() throws IOException {
        keepBlockedOut();
        pass.plan(
                wanted.size() + unlisted.size(),
                wanted.stream().mapToLong(Listed::size).sum());
        List<Listed> small = new ArrayList<>();
        List<Listed> alone = new ArrayList<>();
        List<Listed> large = new ArrayList<>();
        for (Listed each : wanted) {
            boolean suspect = suspects.tries(each.uid()) > 0;
            (each.size() > LargeOriginal.FROM ? large : suspect ? alone : small).add(each);
        }
        unlisted.forEach(uid -> alone.add(new Listed(uid, null, 0, Flags.NONE)));
        alone.addAll(new BatchFetch(session, intake, suspects, this::copy).run(small));
        alone.sort(Comparator.comparing(each -> suspects.tries(each.uid())));
        for (Listed each : alone) {
            fetchAlone(each);
        }
        large.sort(Comparator.comparing(each -> suspects.tries(each.uid())));
        for (Listed each : large) {
            fetchLarge(each);
        }
    }

    /** Not those that may be copies already: what is here stays, and goes with its original. */
    private void keepBlockedOut() throws IOException {
        List<Listed> perhaps =
                wanted.stream().filter(each -> !homeless.mayBe(each)).toList();
        Set<Long> out = new HashSet<>(perhaps.stream().map(Listed::uid).toList());
        blocks.letThrough(session, perhaps, suspects).forEach(each -> out.remove(each.uid()));
        wanted = wanted.stream().filter(each -> !out.contains(each.uid())).toList();
    }

    /** In the transaction that completes the folder. */
    void completed(Handle handle) {
        blocks.completed(handle);
    }

    private NewCopy copy(Listed listed, Flags flags, Content content) {
        try (InputStream raw = content.open()) {
            return new NewCopy(listed.uid(), listed.receivedAt(), listed.size(), flags, content, parser.parse(raw));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fetchAlone(Listed listed) throws IOException {
        singly(listed, () -> {
            Original original = session.fetchAlone(listed.uid());
            boolean given = original != null && (original.raw().length > 0 || listed.size() == 0);
            if (given) {
                intake.store(List.of(copy(listed, original.flags(), Content.of(original.raw()))));
            }
            return given;
        });
    }

    private void fetchLarge(Listed listed) throws IOException {
        if (listed.size() > LargeOriginal.LARGEST) {
            suspects.quarantine(
                    listed.uid(), "The message has " + listed.size() + " bytes, more than " + LargeOriginal.LARGEST);
            return;
        }
        singly(listed, () -> {
            LargeOriginal large = new LargeOriginal(session, intake, listed);
            Path file = Files.createTempFile("holdfast", ".eml");
            try {
                Content content = large.spool(file);
                if (content != null) {
                    intake.store(List.of(large.noted(copy(listed, listed.flags(), content))));
                }
                return content != null;
            } finally {
                Files.deleteIfExists(file);
            }
        });
    }

    /** A try counts before it begins, for it may end the session; throttling is nobody's fault. */
    private void singly(Listed listed, Attempt attempt) throws IOException {
        intake.requireAllowed();
        suspects.tried(List.of(listed.uid()), SESSION_ENDED);
        String reason = "The provider answers without the message";
        try {
            if (attempt.succeeds()) {
                return;
            }
            if (!session.has(listed.uid())) {
                intake.vanished(List.of(listed.uid()));
                return;
            }
        } catch (CommandRefused e) {
            reason = e.getMessage();
        } catch (ProviderBusy | PassStopped e) {
            suspects.untried(listed.uid());
            throw e;
        }
        suspects.quarantine(listed.uid(), reason);
    }

    /** One original asked for by itself. */
    @FunctionalInterface
    private interface Attempt {
        boolean succeeds() throws IOException;
    }

    /** Makes a copy of what was fetched. */
    @FunctionalInterface
    interface Reader {
        NewCopy read(Listed listed, Flags flags, Content content);
    }
}
