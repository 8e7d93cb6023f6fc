package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.retention.PurgeStage.AS_OF;
import static org.holdfast.retention.PurgeStage.NOW;
import static org.holdfast.retention.PurgeStage.daysBefore;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Holds by query against the purge, and copies that arrive meanwhile: what was there when a hold was
 * acknowledged as in force is held against the end. The last test runs a delete that is known to be unsafe
 * against the same opponents, to show that they notice.
 */
class HoldRaceIT {

    private static final int ACCOUNTS = 12;
    private static final int COPIES = 400;
    private static final int PLACERS = 4;
    private static final int ROUNDS = 10;

    private static LocalPostgres postgres;

    private final long seed = System.nanoTime();
    private AtomicBoolean purging;
    private CountDownLatch started;
    private AtomicLong numbers;

    @BeforeAll
    static void start() {
        postgres = PurgeStage.startPostgres();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private record Told(Set<Long> kept, int holds) {}

    private record Outcome(Set<Long> kept, int holds, long lost) {}

    private interface Purge {
        void all(PurgeStage stage) throws Exception;
    }

    @Test
    void noCopyOfAHoldThatWasAcknowledgedInForceIsLostAndEveryArrivalIsCounted() {
        PurgeStage stage = filled();
        Outcome outcome = race(stage, s -> {
            PurgeRun run = s.run(s.record(2, 40), 1);
            assertThat(run.status()).isEqualTo(PurgeStatus.COMPLETED);
        });
        assertThat(outcome.holds()).isPositive();
        assertThat(outcome.kept()).isNotEmpty();
        assertThat(outcome.lost()).isZero();
        assertThat(stage.named()).as("the purge had its share").isNotEmpty();
        assertThat(stage.count("SELECT count(*) FROM hold_copy k LEFT JOIN mail_copy c ON c.id = k.copy_id"
                        + " WHERE c.id IS NULL"))
                .as("held, and gone")
                .isZero();
        assertThat(stage.count("SELECT count(*) FROM mail_copy c WHERE hold_count <>"
                        + " (SELECT count(*) FROM hold_copy k WHERE k.copy_id = c.id)"))
                .as("counts that are not what the holds say")
                .isZero();
        assertThat(stage.count("SELECT count(*) FROM mail_copy c JOIN legal_hold h ON h.account_id = c.account_id"
                        + " AND h.status = 'IN_FORCE' AND position(h.sender IN c.sender) > 0"
                        + " WHERE NOT EXISTS (SELECT FROM hold_copy k WHERE k.hold_id = h.id AND k.copy_id = c.id)"))
                .as("meant by a hold in force, and not held")
                .isZero();
    }

    @Test
    void deleteOfIdsThatWereReadBeforeIsCaughtLosingHeldCopies() {
        long caught = 0;
        for (int round = 1; round <= ROUNDS && caught == 0; round++) {
            caught = race(filled(), s -> {
                        List<Long> ids;
                        do {
                            ids = s.jdbi.withHandle(h -> h.createQuery("SELECT c.id FROM " + DueRuleSql.ENTITLEMENT
                                            + " JOIN account a ON a.id = e.account_id JOIN mail_copy c ON c.account_id = a.id"
                                            + " JOIN mailbox m ON m.id = c.mailbox_id WHERE " + DueRuleSql.DUE
                                            + " ORDER BY c.clock, c.id LIMIT 200")
                                    .bind("asOf", AS_OF)
                                    .mapTo(Long.class)
                                    .list());
                            Long[] doomed = ids.toArray(Long[]::new);
                            Thread.sleep(5);
                            s.jdbi.useTransaction(h -> h.createUpdate("DELETE FROM mail_copy WHERE id = ANY(:ids)")
                                    .bind("ids", doomed)
                                    .execute());
                        } while (!ids.isEmpty());
                    })
                    .lost();
        }
        assertThat(caught).as("lost in one of %d races", ROUNDS).isPositive();
    }

    private PurgeStage filled() {
        System.out.println("HoldRaceIT seed " + seed);
        PurgeStage stage = new PurgeStage(postgres);
        for (int account = 1; account <= ACCOUNTS; account++) {
            stage.account(account, "CRM_PLUS");
            stage.copies(account, COPIES, daysBefore(40));
        }
        stage.execute("UPDATE mail_copy SET sender = 's' || id % 5 || '@example.org'");
        stage.execute("ANALYZE");
        return stage;
    }

    private Outcome race(PurgeStage stage, Purge purge) {
        purging = new AtomicBoolean(true);
        started = new CountDownLatch(PLACERS + 2);
        numbers = new AtomicLong();
        List<Callable<Told>> opponents = new ArrayList<>();
        for (int i = 0; i < PLACERS; i++) {
            Random random = new Random(seed + i);
            opponents.add(() -> place(stage, random));
        }
        for (int i = 0; i < 2; i++) {
            Random random = new Random(seed - i - 1);
            opponents.add(() -> arrive(stage, random));
        }
        opponents.add(() -> {
            started.await();
            try {
                purge.all(stage);
            } finally {
                purging.set(false);
            }
            return new Told(Set.of(), 0);
        });
        Set<Long> kept = new HashSet<>();
        int holds = 0;
        for (Told told : PurgeStage.all(opponents)) {
            kept.addAll(told.kept());
            holds += told.holds();
        }
        Set<Long> there = new HashSet<>(stage.ids("SELECT id FROM mail_copy"));
        long lost = kept.stream().filter(id -> !there.contains(id)).count();
        System.out.printf("HoldRaceIT holds in force %d, copies then kept %d, lost %d%n", holds, kept.size(), lost);
        return new Outcome(kept, holds, lost);
    }

    /** Places holds, walks them to their end, and notes what was there when that was acknowledged. */
    private Told place(PurgeStage stage, Random random) throws InterruptedException {
        Set<Long> kept = new HashSet<>();
        int holds = 0;
        started.countDown();
        while (purging.get() && holds < 12) {
            long account = 1L + random.nextInt(ACCOUNTS);
            HoldQuery query = new HoldQuery(
                    Optional.of("s" + random.nextInt(5) + "@"), Optional.empty(), Optional.empty(), Optional.empty());
            NewHold order =
                    new NewHold(account, Optional.empty(), Optional.of(query), "race", "race", Optional.empty());
            Hold hold = stage.jdbi.inTransaction(h -> new HoldRepository(h).place(order, "t", NOW));
            QueryHolds.Claim claim = stage.jdbi
                    .<Optional<QueryHolds.Claim>, RuntimeException>inTransaction(
                            h -> new QueryHolds(h).claim("t", hold.id()))
                    .orElseThrow();
            boolean more = true;
            while (more) {
                more = stage.jdbi.inTransaction(h -> new QueryHolds(h).walk(claim, 50, NOW));
            }
            kept.addAll(stage.ids("SELECT copy_id FROM hold_copy WHERE hold_id = " + hold.id()));
            holds++;
        }
        return new Told(kept, holds);
    }

    /** Stores copies as a pass does, already due, so that the purge would take them at once. */
    private Told arrive(PurgeStage stage, Random random) throws InterruptedException {
        started.countDown();
        try (Handle h = stage.jdbi.open()) {
            for (int i = 0; i < 300 && purging.get(); i++) {
                long account = 1L + random.nextInt(ACCOUNTS);
                String sender = "s" + random.nextInt(5) + "@example.org";
                h.useTransaction(t -> {
                    long id = t.createQuery(
                                    "INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid,"
                                            + " clock, received_at, copied_at, size_bytes, content_sha256, sender)"
                                            + " VALUES (:account, :account, :account, 2, :uid, :clock, :clock, :clock, 1,"
                                            + " sha256('x'), :sender) RETURNING id")
                            .bind("account", account)
                            .bind("uid", numbers.incrementAndGet())
                            .bind("clock", daysBefore(35))
                            .bind("sender", sender)
                            .mapTo(Long.class)
                            .one();
                    new QueryHolds(t).countOnNew(account, List.of(id));
                });
            }
        }
        return new Told(Set.of(), 0);
    }
}
