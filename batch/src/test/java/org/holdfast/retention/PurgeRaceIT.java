package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.retention.PurgeStage.AS_OF;
import static org.holdfast.retention.PurgeStage.daysBefore;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Binders, unbinders and plan changes against the purge: what was acknowledged is held against the end.
 * The last tests run deletes that are known to be unsafe against the same opponents, to show that these
 * notice.
 */
class PurgeRaceIT {

    private static final int ACCOUNTS = 16;
    private static final int COPIES = 500;
    private static final int BINDERS = 20;
    private static final int UPGRADERS = 4;

    private static final String BEGUN = "SELECT account_id FROM mail_copy c WHERE account_id IN (SELECT account_id FROM"
            + " subscription WHERE plan_code = 'CRM_PLUS' AND known_until IS NULL) GROUP BY account_id"
            + " HAVING count(*) < :copies ORDER BY random() LIMIT 1";

    private static LocalPostgres postgres;

    private final long seed = System.nanoTime();
    private final AtomicBoolean purging = new AtomicBoolean(true);
    private final CountDownLatch started = new CountDownLatch(BINDERS + UPGRADERS);

    @BeforeAll
    static void start() {
        postgres = PurgeStage.startPostgres();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /** What opponents were told. */
    private record Told(Set<Long> bound, Set<Long> safeByPlan, int binds, int gone, int upgrades) {

        Told() {
            this(Set.of(), Set.of(), 0, 0, 0);
        }

        Told plus(Told other) {
            Set<Long> allBound = new HashSet<>(bound);
            allBound.addAll(other.bound);
            Set<Long> allSafe = new HashSet<>(safeByPlan);
            allSafe.addAll(other.safeByPlan);
            return new Told(allBound, allSafe, binds + other.binds, gone + other.gone, upgrades + other.upgrades);
        }
    }

    private record Outcome(Told told, long lostBinds, long lostByPlan) {}

    /** A purge to race against; returns when it is done. */
    private interface Purge {
        void all(PurgeStage stage) throws Exception;
    }

    @Test
    void noAcknowledgedBindAndNoCopyOfAnUpgradedAccountIsLost() {
        PurgeStage stage = filled();
        Outcome outcome = race(stage, s -> {
            PurgeRun run = s.run(s.record(2, 40), 1);
            assertThat(run.status()).isEqualTo(PurgeStatus.COMPLETED);
        });
        assertThat(outcome.told().binds()).isPositive();
        assertThat(outcome.told().gone()).as("binds that came too late").isPositive();
        assertThat(outcome.told().safeByPlan()).isNotEmpty();
        assertThat(outcome.lostBinds()).isZero();
        assertThat(outcome.lostByPlan()).isZero();
        assertThat(stage.verify().isIntact()).isTrue();
        List<Long> together = new ArrayList<>(stage.named());
        together.addAll(stage.ids("SELECT id FROM mail_copy"));
        assertThat(together).doesNotHaveDuplicates().hasSize(ACCOUNTS * COPIES);
        assertThat(stage.count("SELECT count(*) FROM mail_content"))
                .isEqualTo(stage.count("SELECT count(*) FROM mail_copy"));
        assertThat(stage.count("SELECT count(*) FROM mail_copy c WHERE bind_count <>"
                        + " (SELECT count(*) FROM binding b WHERE b.copy_id = c.id)"))
                .isZero();
    }

    @Test
    void deleteOfIdsThatWereReadBeforeIsCaughtLosingBinds() {
        Outcome outcome = race(withoutForeignKey(), s -> {
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
        });
        assertThat(outcome.lostBinds()).isPositive();
    }

    @Test
    void deleteThatReadsThePlanWithoutALockOnTheAccountIsCaughtLosingCopiesOfUpgradedAccounts() {
        Outcome outcome = race(withoutForeignKey(), s -> {
            int deleted;
            do {
                deleted = s.jdbi.inTransaction(h -> h.createUpdate("WITH due AS MATERIALIZED (SELECT c.id FROM "
                                + DueRuleSql.ENTITLEMENT
                                + " JOIN account a ON a.id = e.account_id JOIN mail_copy c ON c.account_id = a.id"
                                + " JOIN mailbox m ON m.id = c.mailbox_id, pg_sleep(0.02) WHERE " + DueRuleSql.DUE
                                + " ORDER BY c.clock, c.id LIMIT 500 FOR UPDATE OF c SKIP LOCKED)"
                                + " DELETE FROM mail_copy USING due WHERE mail_copy.id = due.id")
                        .bind("asOf", AS_OF)
                        .execute());
            } while (deleted > 0);
        });
        assertThat(outcome.lostByPlan()).isPositive();
    }

    private PurgeStage filled() {
        System.out.println("PurgeRaceIT seed " + seed);
        PurgeStage stage = new PurgeStage(postgres);
        for (int account = 1; account <= ACCOUNTS; account++) {
            stage.account(account, "CRM_PLUS");
            stage.copies(account, COPIES, daysBefore(40));
        }
        stage.execute("ANALYZE");
        return stage;
    }

    /** As the unsafe forms are found in the wild: no foreign key catches what they do. */
    private PurgeStage withoutForeignKey() {
        PurgeStage stage = filled();
        stage.execute("ALTER TABLE binding DROP CONSTRAINT binding_copy_id_fkey");
        return stage;
    }

    private Outcome race(PurgeStage stage, Purge purge) {
        List<Callable<Told>> opponents = new ArrayList<>();
        for (int i = 0; i < BINDERS; i++) {
            Random random = new Random(seed + i);
            opponents.add(() -> bind(stage, random));
        }
        for (int i = 0; i < UPGRADERS; i++) {
            opponents.add(() -> upgrade(stage));
        }
        opponents.add(() -> {
            started.await();
            try {
                purge.all(stage);
            } finally {
                purging.set(false);
            }
            return new Told();
        });
        Told told = PurgeStage.all(opponents).stream().reduce(new Told(), Told::plus);
        Set<Long> there = new HashSet<>(stage.ids("SELECT id FROM mail_copy"));
        Outcome outcome = new Outcome(told, missing(told.bound(), there), missing(told.safeByPlan(), there));
        System.out.printf(
                "PurgeRaceIT binds %d, too late %d, lost %d; upgrades %d, copies then safe %d, lost %d%n",
                told.binds(),
                told.gone(),
                outcome.lostBinds(),
                told.upgrades(),
                told.safeByPlan().size(),
                outcome.lostByPlan());
        return outcome;
    }

    private static long missing(Set<Long> promised, Set<Long> there) {
        return promised.stream().filter(id -> !there.contains(id)).count();
    }

    /** Binds at random, and now and then takes a binding of its own away again. */
    private Told bind(PurgeStage stage, Random random) {
        Set<Long> bound = new HashSet<>();
        int binds = 0;
        int gone = 0;
        String reference = "deal-" + random.nextInt();
        try (Handle h = stage.jdbi.open()) {
            started.countDown();
            while (purging.get()) {
                long copy = 1L + random.nextInt(ACCOUNTS * COPIES);
                if (bound.contains(copy)) {
                    bound.remove(copy);
                    unbind(h, copy, reference, random.nextBoolean());
                } else if (bind(h, copy, reference)) {
                    bound.add(copy);
                    binds++;
                } else {
                    gone++;
                }
            }
        }
        return new Told(bound, Set.of(), binds, gone, 0);
    }

    private static boolean bind(Handle h, long copy, String reference) {
        return h.inTransaction(t -> {
            if (t.execute("UPDATE mail_copy SET bind_count = bind_count + 1 WHERE id = ?", copy) != 1) {
                return false;
            }
            t.execute(
                    "INSERT INTO binding (copy_id, account_id, kind, reference, bound_by, bound_at)"
                            + " SELECT id, account_id, 'deal', ?, 't', now() FROM mail_copy WHERE id = ?",
                    reference,
                    copy);
            return true;
        });
    }

    private static void unbind(Handle h, long copy, String reference, boolean grace) {
        h.useTransaction(t -> {
            t.execute(
                    "UPDATE mail_copy SET bind_count = bind_count - 1, keep_until = ? WHERE id = ?",
                    grace ? AS_OF.plus(Duration.ofDays(7)) : null,
                    copy);
            t.execute("DELETE FROM binding WHERE copy_id = ? AND reference = ?", copy, reference);
        });
    }

    /** Upgrades accounts of which the purge has begun; what one has when that is acknowledged must stay. */
    private Told upgrade(PurgeStage stage) throws InterruptedException {
        Set<Long> safe = new HashSet<>();
        int upgrades = 0;
        try (Handle h = stage.jdbi.open()) {
            started.countDown();
            while (purging.get() && upgrades < ACCOUNTS / 2 / UPGRADERS) {
                Optional<Long> begun = h.createQuery(BEGUN)
                        .bind("copies", COPIES)
                        .mapTo(Long.class)
                        .findFirst();
                if (begun.isEmpty()) {
                    Thread.sleep(2);
                } else if (h.inTransaction(t -> upgrade(t, begun.get()))) {
                    safe.addAll(h.createQuery("SELECT id FROM mail_copy WHERE account_id = ?")
                            .bind(0, begun.get())
                            .mapTo(Long.class)
                            .list());
                    upgrades++;
                }
            }
        }
        return new Told(Set.of(), safe, 0, 0, upgrades);
    }

    /** False if another one was faster. */
    private static boolean upgrade(Handle t, long account) {
        t.execute("UPDATE account SET policy_version = policy_version + 1 WHERE id = ?", account);
        int closed = t.execute(
                "UPDATE subscription SET known_until = clock_timestamp() WHERE account_id = ? AND plan_code = 'CRM_PLUS'"
                        + " AND known_until IS NULL",
                account);
        if (closed == 1) {
            t.execute(
                    "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                            + " VALUES (?, 'PROFESSIONAL', '2015-01-01Z', clock_timestamp(), 't', 'upgrade')",
                    account);
        }
        return closed == 1;
    }
}
