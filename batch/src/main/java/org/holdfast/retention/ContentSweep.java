package org.holdfast.retention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.holdfast.ledger.LedgerPlaces;
import org.holdfast.retention.ContentRelease.Named;

/**
 * Releases the content of purged copies after their purge is committed. The ledger says which they are, so
 * that a sweep that is cut off, or done twice, ends the same: what an entry names is released, then the
 * entry is noted as swept.
 *
 * <p>Ranges in which no copy is left are truncated, mostly released ones are written anew with what stays,
 * the rest is deleted row by row.
 */
final class ContentSweep {

    private static final System.Logger LOG = System.getLogger(ContentSweep.class.getName());

    /** Copies looked after at once: eight bytes of memory each. */
    private static final int MOST = 2_000_000;

    private static final int ROWS_AT_ONCE = 5_000;
    private static final int COPIES_IN_A_PLACE = 512;

    /** Bits for the place of an entry in a batch; the rest of a long is the copy's id. */
    private static final int ENTRY_BITS = 20;

    /** Ids of a range looked over in one transaction. */
    private static final long IDS_AT_ONCE = 50_000;

    private final ContentRelease release;
    private final String owner;
    private final Runnable beat;
    private final Executor helper;

    /**
     * A sweep by this node.
     *
     * @param beat a sign of life of whoever waits for it, given between the steps
     * @param helper what works on ranges beside the caller's thread; one that runs nothing, or refuses, is no harm
     */
    ContentSweep(ContentRelease release, Runnable beat, Executor helper) {
        this.release = release;
        this.owner = NodeName.get() + "/" + UUID.randomUUID();
        this.beat = beat;
        this.helper = helper;
    }

    /**
     * Releases everything that ended runs, and the given one, have left.
     *
     * @return false if another node is at it; nothing was done then
     */
    boolean sweep(Optional<Long> run) {
        if (!release.claim(owner)) {
            return false;
        }
        try {
            List<SlicePart> parts = release.unswept(run);
            if (!parts.isEmpty()) {
                release(parts);
            }
            return true;
        } finally {
            release.free(owner);
        }
    }

    private void release(List<SlicePart> parts) {
        Set<ReleasedRange> done = ranges(parts);
        Batch batch = new Batch();
        for (SlicePart part : parts) {
            List<Named> named = release.named(part);
            if (!batch.takes(part, named)) {
                finish(batch, done);
                batch = new Batch();
            }
            batch.add(part, named);
        }
        finish(batch, done);
    }

    /** Ranges have nothing in common, so the helper takes them from the same list. */
    private Set<ReleasedRange> ranges(List<SlicePart> parts) {
        Queue<ReleasedRange> waiting = new ConcurrentLinkedQueue<>(release.ranges(parts));
        Set<ReleasedRange> done = ConcurrentHashMap.newKeySet();
        AtomicBoolean begun = new AtomicBoolean();
        FutureTask<Void> help = new FutureTask<>(() -> take(waiting, done), null);
        try {
            helper.execute(() -> {
                if (begun.compareAndSet(false, true)) {
                    help.run();
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "Content is released by one thread", e);
        }
        try {
            take(waiting, done);
        } finally {
            waiting.clear();
            if (!begun.compareAndSet(false, true)) {
                await(help);
            }
        }
        return done;
    }

    private void take(Queue<ReleasedRange> waiting, Set<ReleasedRange> done) {
        for (ReleasedRange range = waiting.poll(); range != null; range = waiting.poll()) {
            step();
            if (released(range)) {
                done.add(range);
            }
        }
    }

    private static void await(Future<Void> help) {
        try {
            help.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while content was released; it is released later", e);
        }
    }

    private void step() {
        beat.run();
        release.claim(owner);
    }

    /** Whether the whole range was released at once. One that is too busy to be locked is deleted row by row. */
    private boolean released(ReleasedRange range) {
        try {
            if (range.isEmpty()) {
                return release.truncate(range.number());
            }
            if (range.isMostlyReleased()) {
                release.rewrite(range.number());
                return true;
            }
            if (range.isDense()) {
                for (long id = range.firstCopy(); id < range.endCopy(); id += IDS_AT_ONCE) {
                    step();
                    release.deleteBetween(id, Math.min(range.endCopy(), id + IDS_AT_ONCE));
                }
                return true;
            }
        } catch (RuntimeException e) {
            if (!Failure.isLockTimeout(e)) {
                throw e;
            }
            LOG.log(System.Logger.Level.INFO, "Content range {0} is in use: released row by row", range.number());
        }
        return false;
    }

    private void finish(Batch batch, Set<ReleasedRange> done) {
        long[] ids = batch.sorted();
        List<Long> rows = new ArrayList<>(ROWS_AT_ONCE);
        for (long id : ids) {
            long copy = id >>> ENTRY_BITS;
            if (done.stream().noneMatch(range -> range.firstCopy() <= copy && copy < range.endCopy())) {
                rows.add(copy);
            }
            if (rows.size() == ROWS_AT_ONCE) {
                delete(rows);
            }
        }
        if (!rows.isEmpty()) {
            delete(rows);
        }
        release.swept(batch.parts, batch.places(ids));
    }

    private void delete(List<Long> rows) {
        step();
        release.delete(rows.toArray(Long[]::new));
        rows.clear();
    }

    /** Parts of one run, with the ids that they name and the entry of each. */
    private static final class Batch {

        private final List<SlicePart> parts = new ArrayList<>();
        private final List<Named> entries = new ArrayList<>();
        private long size;

        boolean takes(SlicePart part, List<Named> named) {
            if (parts.isEmpty()) {
                return true;
            }
            return parts.get(0).runId() == part.runId()
                    && size + count(named) <= MOST
                    && entries.size() + named.size() < 1 << ENTRY_BITS;
        }

        void add(SlicePart part, List<Named> named) {
            parts.add(part);
            entries.addAll(named);
            size += count(named);
        }

        private static long count(List<Named> named) {
            return named.stream().mapToLong(entry -> entry.ids().length).sum();
        }

        /** Every id, ascending, with the place of its entry in the lowest bits. */
        long[] sorted() {
            long[] all = new long[Math.toIntExact(size)];
            int at = 0;
            for (int entry = 0; entry < entries.size(); entry++) {
                for (long id : entries.get(entry).ids()) {
                    all[at++] = id << ENTRY_BITS | entry;
                }
            }
            Arrays.sort(all);
            return all;
        }

        List<LedgerPlaces> places(long[] sorted) {
            List<LedgerPlaces> places = new ArrayList<>();
            LedgerPlaces open = new LedgerPlaces();
            for (long id : sorted) {
                Named entry = entries.get((int) (id & ((1 << ENTRY_BITS) - 1)));
                if (entry.dense()) {
                    continue;
                }
                open.add(id >>> ENTRY_BITS, entry.slice(), entry.entry());
                if (open.count() == COPIES_IN_A_PLACE) {
                    places.add(open);
                    open = new LedgerPlaces();
                }
            }
            if (open.count() > 0) {
                places.add(open);
            }
            return places;
        }
    }
}
