package org.holdfast.retention;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;

/** Four people at work: each twenty times a second reads a page, binds a copy or changes flags, and notes how long it took. */
final class Foreground implements AutoCloseable {

    private static final int PEOPLE = 4;

    private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long copies;
    private volatile boolean over;

    Foreground(PurgeStage stage) {
        copies = stage.count("SELECT max(id) FROM mail_copy");
        for (int i = 0; i < PEOPLE; i++) {
            Thread person = new Thread(() -> work(stage), "foreground-" + i);
            person.start();
            threads.add(person);
        }
    }

    private void work(PurgeStage stage) {
        try (Handle h = stage.jdbi.open()) {
            while (!over) {
                long start = System.nanoTime();
                h.useTransaction(this::transaction);
                nanos.add(System.nanoTime() - start);
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void transaction(Handle h) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long copy = 1 + random.nextLong(copies);
        List<Long> mailbox = h.createQuery("SELECT mailbox_id FROM mail_copy WHERE id = ?")
                .bind(0, copy)
                .mapTo(Long.class)
                .list();
        if (!mailbox.isEmpty()) {
            h.createQuery("SELECT id FROM mail_copy WHERE mailbox_id = ? ORDER BY clock DESC, id DESC LIMIT 50")
                    .bind(0, mailbox.get(0))
                    .mapTo(Long.class)
                    .list();
            h.execute("UPDATE mail_copy SET flags = flags # 1 WHERE id = ?", copy);
        }
    }

    /** Forgets what was noted so far. */
    void begin() {
        nanos.clear();
    }

    /** The 95th percentile since the beginning, in milliseconds. */
    double p95() {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.get((int) (sorted.size() * 0.95)) / 1e6;
    }

    double measure(Duration time) throws InterruptedException {
        begin();
        TimeUnit.MILLISECONDS.sleep(time.toMillis());
        return p95();
    }

    @Override
    public void close() {
        over = true;
        for (Thread person : threads) {
            person.interrupt();
        }
    }
}
