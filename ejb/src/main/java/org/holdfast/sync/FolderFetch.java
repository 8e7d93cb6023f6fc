package org.holdfast.sync;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.holdfast.message.Copy;
import org.holdfast.message.Flags;
import org.holdfast.message.Head;
import org.holdfast.message.HeadParser;
import org.holdfast.plan.Cutoff;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.failure.ConnectionLost;
import org.holdfast.sync.failure.LineTooLong;
import org.holdfast.sync.failure.LiteralTooLarge;
import org.holdfast.sync.failure.NestingTooDeep;
import org.holdfast.sync.failure.ProviderBusy;
import org.holdfast.sync.failure.ProviderFailure;
import org.holdfast.sync.failure.ProviderSilent;
import org.holdfast.sync.imap.BodySink;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;
import org.holdfast.sync.imap.Original;
import org.jdbi.v3.core.Handle;

/**
 * Fetches and stores the content of originals: small ones in batches of some megabytes, each stored in one
 * transaction while the next is on its way; large ones in pieces. What a batch left out is asked for singly,
 * and what cannot be had is quarantined, so that nothing is ever in the way of the rest.
 */
final class FolderFetch implements BodySink {

    private static final long BATCH_BYTES = 4L * 1024 * 1024;
    private static final int BATCH_COUNT = 250;
    private static final long LARGE = 8L * 1024 * 1024;

    /** A server that sends more than it announced does not fill the memory. */
    private static final long TAKEN_BYTES = 16L * 1024 * 1024;

    private static final int PIECE = 4 * 1024 * 1024;

    /** Larger originals are quarantined: the database holds less than 1 GB in a value. */
    private static final long LARGEST = 512L * 1024 * 1024;

    private static final String SESSION_ENDED = "The session ended while the message was asked for";

    private final Pass pass;
    private final ImapSession session;
    private final KnownFolder folder;
    private final UidValidity validity;
    private final HeadParser parser = new HeadParser();

    private final Set<Long> known = new HashSet<>();
    private final Map<String, List<CopyStore.Stranger>> strangers = new HashMap<>();
    private final Set<String> strangerHints = new HashSet<>();
    private final Map<String, Long> purgedElsewhere = new HashMap<>();

    private final List<Map<Long, Listed>> batches = new ArrayList<>();
    private final List<NewCopy> taken = new ArrayList<>();
    private final List<Listed> alone = new ArrayList<>();
    private final Suspects suspects;
    private long takenBytes;
    private long lastBytes;
    private int ended;
    private Optional<Cutoff> cutoff = Optional.empty();

    private FolderFetch(Pass pass, ImapSession session, KnownFolder folder, UidValidity validity, Suspects suspects) {
        this.suspects = suspects;
        this.pass = pass;
        this.session = session;
        this.folder = folder;
        this.validity = validity;
    }

    /** With what the database knows of the folder now. */
    static FolderFetch over(Handle handle, Pass pass, ImapSession session, KnownFolder folder, UidValidity validity) {
        FolderFetch fetch =
                new FolderFetch(pass, session, folder, validity, new Suspects(handle, pass, folder, validity));
        CopyStore copies = new CopyStore(handle);
        SyncStore store = new SyncStore(handle);
        fetch.known.addAll(copies.uids(folder.id(), validity));
        fetch.known.addAll(copies.goneUids(folder.id(), validity));
        fetch.known.addAll(store.quarantined(folder.id(), validity));
        fetch.known.addAll(store.purged(folder.id(), validity));
        for (CopyStore.Stranger stranger : copies.strangers(folder.id(), validity)) {
            fetch.strangers
                    .computeIfAbsent(stranger.fingerprint(), any -> new ArrayList<>())
                    .add(stranger);
            fetch.strangerHints.add(hint(stranger.receivedAt(), stranger.size()));
        }
        fetch.purgedElsewhere.putAll(copies.purgedElsewhere(folder.id(), validity));
        return fetch;
    }

    private static String hint(Instant receivedAt, long size) {
        return receivedAt + "/" + size;
    }

    /** Neither stored, nor quarantined, nor purged. */
    boolean isNew(long uid) {
        return !known.contains(uid);
    }

    /** Whether it looks like a copy that is stored under another UIDVALIDITY. */
    boolean mayBeKnown(Listed listed) {
        return strangerHints.contains(hint(listed.receivedAt(), listed.size()));
    }

    /**
     * Fetches and stores.
     *
     * @param unlisted UIDs of which nothing else is known
     */
    void run(List<Listed> wanted, Collection<Long> unlisted) throws IOException {
        unlisted.stream().filter(this::isNew).forEach(uid -> alone.add(new Listed(uid, null, 0, Flags.NONE)));
        List<Listed> large = new ArrayList<>();
        for (Listed each : wanted) {
            if (each.size() > LARGE) {
                large.add(each);
            } else if (suspects.tries(each.uid()) > 0) {
                alone.add(each);
            } else {
                addToBatches(each);
            }
        }
        fetchBatches();
        alone.sort(Comparator.comparing(each -> suspects.tries(each.uid())));
        for (Listed each : alone) {
            fetchAlone(each);
        }
        large.sort(Comparator.comparing(each -> suspects.tries(each.uid())));
        for (Listed each : large) {
            fetchLarge(each);
        }
    }

    private void addToBatches(Listed each) {
        boolean full = batches.isEmpty()
                || lastBytes + each.size() > BATCH_BYTES
                || batches.get(batches.size() - 1).size() >= BATCH_COUNT;
        if (full) {
            batches.add(new HashMap<>());
            lastBytes = 0;
        }
        batches.get(batches.size() - 1).put(each.uid(), each);
        lastBytes += each.size();
    }

    /** What came whole before the session broke is kept; what it may have broken on is suspect. */
    private void fetchBatches() throws IOException {
        try {
            session.fetch(batches.stream().map(Map::keySet).toList(), this);
        } catch (ConnectionLost | ProviderSilent | ProviderBusy | LiteralTooLarge | LineTooLong | NestingTooDeep e) {
            storeTaken();
            suspects.tried(List.copyOf(batches.get(ended).keySet()), e.getMessage());
            throw e;
        }
    }

    @Override
    public boolean mayAsk(int batch) throws IOException {
        cutoff = pass.requireAllowed();
        return true;
    }

    @Override
    public void take(int batch, Original original) {
        Listed listed = batches.get(batch).get(original.uid());
        boolean empty = listed != null && original.raw().length == 0 && listed.size() > 0;
        if (listed != null && !empty) {
            batches.get(batch).remove(original.uid());
            taken.add(copy(listed, original.flags(), Content.of(original.raw())));
            takenBytes += original.raw().length;
        }
        if (takenBytes >= TAKEN_BYTES) {
            storeTaken();
        }
    }

    private NewCopy copy(Listed listed, Flags flags, Content content) {
        try (InputStream raw = content.open()) {
            return new NewCopy(listed.uid(), listed.receivedAt(), flags, content, parser.parse(raw));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void end(int batch, ProviderFailure refusal) {
        storeTaken();
        alone.addAll(batches.get(batch).values());
        ended = batch + 1;
    }

    private void storeTaken() {
        store(List.copyOf(taken));
        taken.clear();
        takenBytes = 0;
    }

    private void store(List<NewCopy> copies) {
        if (!copies.isEmpty()) {
            pass.write(h -> {
                CopyStore store = new CopyStore(h);
                Instant now = pass.now();
                List<NewCopy> fresh = new ArrayList<>();
                long matched = 0;
                for (NewCopy copy : copies) {
                    if (rematched(store, copy)) {
                        matched++;
                    } else if (mayBeStored(store, copy, now)) {
                        fresh.add(copy);
                    }
                }
                store.insert(folder, validity, fresh, now);
                suspects.settle(h, copies.stream().map(NewCopy::uid).toList());
                return PassCounts.ofStored(
                        matched + fresh.size(),
                        fresh.stream().mapToLong(copy -> copy.content().size()).sum());
            });
        }
    }

    private boolean rematched(CopyStore store, NewCopy copy) {
        Collection<CopyStore.Stranger> same =
                strangers.getOrDefault(copy.content().fingerprint(), new ArrayList<>());
        Optional<CopyStore.Stranger> stranger =
                same.stream().filter(each -> each.isSame(copy)).findFirst();
        stranger.ifPresent(each -> {
            same.remove(each);
            store.rematch(each, validity, copy);
        });
        return stranger.isPresent();
    }

    /** Not beyond the window by now, and not purged under an earlier number. */
    private boolean mayBeStored(CopyStore store, NewCopy copy, Instant now) {
        Long purgedBy =
                purgedElsewhere.get(HexFormat.of().formatHex(copy.content().sha256()));
        if (purgedBy != null) {
            store.markPurged(folder.id(), validity, copy, purgedBy);
            return false;
        }
        return cutoff.isEmpty() || !cutoff.get().isBeyond(Copy.clockOf(copy.receivedAt(), now));
    }

    private void fetchAlone(Listed listed) throws IOException {
        cutoff = pass.requireAllowed();
        suspects.tried(List.of(listed.uid()), SESSION_ENDED);
        String reason;
        try {
            Original original = session.fetchAlone(listed.uid());
            if (original != null && (original.raw().length > 0 || listed.size() == 0)) {
                store(List.of(copy(listed, original.flags(), Content.of(original.raw()))));
                return;
            }
            if (!session.has(listed.uid())) {
                vanished(listed);
                return;
            }
            reason = "The provider answers without the message";
        } catch (CommandRefused e) {
            reason = e.getMessage();
        }
        suspects.quarantine(listed.uid(), reason);
    }

    private void vanished(Listed listed) {
        pass.write(h -> {
            suspects.settle(h, List.of(listed.uid()));
            return PassCounts.ofVanished(1);
        });
    }

    private void fetchLarge(Listed listed) throws IOException {
        cutoff = pass.requireAllowed();
        if (listed.size() > LARGEST) {
            suspects.quarantine(listed.uid(), "The message has " + listed.size() + " bytes, more than " + LARGEST);
            return;
        }
        suspects.tried(List.of(listed.uid()), SESSION_ENDED);
        Path file = Files.createTempFile("holdfast", ".eml");
        try {
            Content content = spool(listed, file);
            if (content != null) {
                store(List.of(noted(listed, copy(listed, listed.flags(), content))));
            } else if (session.has(listed.uid())) {
                suspects.quarantine(listed.uid(), "The provider does not give the message in pieces");
            } else {
                vanished(listed);
            }
        } catch (CommandRefused e) {
            suspects.quarantine(listed.uid(), e.getMessage());
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static NewCopy noted(Listed listed, NewCopy copy) {
        long size = copy.content().size();
        if (size >= listed.size()) {
            return copy;
        }
        Head head = copy.head();
        String note = "The provider gave " + size + " of " + listed.size() + " bytes"
                + (head.note() == null ? "" : "; " + head.note());
        return new NewCopy(
                copy.uid(),
                copy.receivedAt(),
                copy.flags(),
                copy.content(),
                new Head(head.messageId(), head.sentAt(), head.subject(), head.sender(), head.recipients(), note));
    }

    /** Null if a piece is not given, if there are more than allowed, or less than half of what was announced. */
    private Content spool(Listed listed, Path file) throws IOException {
        MessageDigest digest = Content.digest();
        long size = 0;
        boolean again = false;
        try (OutputStream out = Files.newOutputStream(file)) {
            while (size <= LARGEST) {
                cutoff = pass.requireAllowed();
                byte[] given = session.piece(listed.uid(), size, PIECE);
                if (given == null && (size == 0 || size < listed.size())) {
                    return null;
                }
                byte[] piece = given == null ? new byte[0] : given;
                out.write(piece);
                digest.update(piece);
                size += piece.length;
                boolean end = piece.length == 0 && (again || size >= listed.size());
                if (end) {
                    return size * 2 < listed.size() ? null : new Content(digest.digest(), size, null, file);
                }
                again = piece.length == 0;
            }
        }
        return null;
    }
}
