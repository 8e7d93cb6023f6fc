package org.holdfast.sync;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

/**
 * Fetches small originals in batches of some megabytes, each stored in one transaction while the next is on
 * its way.
 */
final class BatchFetch implements BodySink {

    private static final long BATCH_BYTES = 4L * 1024 * 1024;
    private static final int BATCH_COUNT = 250;

    /** A server that sends more than it announced does not fill the memory. */
    private static final long TAKEN_BYTES = 16L * 1024 * 1024;

    private final ImapSession session;
    private final Intake intake;
    private final Suspects suspects;
    private final FolderFetch.Reader reader;
    private final List<Map<Long, Listed>> batches = new ArrayList<>();
    private final List<NewCopy> taken = new ArrayList<>();
    private final List<Listed> left = new ArrayList<>();
    private long lastBytes;
    private long takenBytes;
    private int ended;

    BatchFetch(ImapSession session, Intake intake, Suspects suspects, FolderFetch.Reader reader) {
        this.session = session;
        this.intake = intake;
        this.suspects = suspects;
        this.reader = reader;
    }

    /**
     * Fetches and stores; what came whole before a session broke is kept, what it may have broken on is suspect.
     *
     * @return what the server answered without
     */
    List<Listed> run(List<Listed> originals) throws IOException {
        originals.forEach(this::add);
        try {
            session.fetch(batches.stream().map(Map::keySet).toList(), this);
        } catch (ProviderBusy e) {
            storeTaken();
            throw e;
        } catch (ConnectionLost | ProviderSilent | LiteralTooLarge | LineTooLong | NestingTooDeep e) {
            storeTaken();
            suspects.tried(List.copyOf(batches.get(ended).keySet()), e.getMessage());
            throw e;
        }
        return left;
    }

    private void add(Listed each) {
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

    @Override
    public boolean mayAsk(int batch) throws IOException {
        intake.requireAllowed();
        return true;
    }

    @Override
    public void take(int batch, Original original) {
        Listed listed = batches.get(batch).get(original.uid());
        boolean empty = listed != null && original.raw().length == 0 && listed.size() > 0;
        if (listed != null && !empty) {
            batches.get(batch).remove(original.uid());
            taken.add(reader.read(listed, original.flags(), Content.of(original.raw())));
            takenBytes += original.raw().length;
        }
        if (takenBytes >= TAKEN_BYTES) {
            storeTaken();
        }
    }

    @Override
    public void end(int batch, ProviderFailure refusal) {
        storeTaken();
        left.addAll(batches.get(batch).values());
        ended = batch + 1;
    }

    private void storeTaken() {
        intake.store(List.copyOf(taken));
        taken.clear();
        takenBytes = 0;
    }
}
