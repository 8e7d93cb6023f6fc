package org.holdfast.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.holdfast.retention.PurgeStage.AS_OF;
import static org.holdfast.retention.PurgeStage.daysBefore;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.holdfast.retention.RaceOpponents.Purge;
import org.holdfast.retention.RaceOpponents.Told;
import org.holdfast.run.LocalPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Thirty-two threads against the purge: what was acknowledged is held against the end. The negative controls
 * run deletes that are known to be unsafe against the same opponents, to show that these notice.
 */
class PurgeRaceIT {

    private static final int ROUNDS = 10;

    private static final String DUE = " FROM " + DueRuleSql.ENTITLEMENT
            + " JOIN account a ON a.id = e.account_id JOIN mail_copy c ON c.account_id = a.id"
            + " JOIN mailbox m ON m.id = c.mailbox_id WHERE " + DueRuleSql.DUE;

    /** The same without the column that binders update: they are looked for in their own table. */
    private static final String DUE_BUT_FOR_BINDINGS = DUE.replace("c.bind_count = 0 AND ", "");

    private static LocalPostgres postgres;

    private final long seed = System.nanoTime();

    @BeforeAll
    static void start() {
        postgres = PurgeStage.startPostgres();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private record Outcome(Told told, long lostBinds, long lostReleased, long lostHolds, long lostByPlan) {}

    @Test
    void nothingThatWasAcknowledgedIsLostAndWhatIsDueGoesOnce() {
        PurgeStage stage = filled();
        Outcome outcome = race(stage, s -> {
            PurgeRun run = s.run(s.record(2, 40), 1);
            assertThat(run.status()).isEqualTo(PurgeStatus.COMPLETED);
        });
        Told told = outcome.told();
        assertThat(told.operations)
                .containsKeys("binds", "too late", "unbinds", "holds", "upgrades", "downgrades", "deletes");
        assertThat(told.held).isNotEmpty();
        assertThat(told.upgraded).isNotEmpty();
        assertThat(outcome.lostBinds()).as("bound").isZero();
        assertThat(outcome.lostReleased()).as("unbound with grace").isZero();
        assertThat(outcome.lostHolds()).as("held").isZero();
        assertThat(outcome.lostByPlan()).as("of upgraded accounts").isZero();
        assertEachCopyIsInOnePlace(stage, told);
        stage.run(stage.record(2, 40), 1);
        Preview left =
                stage.jdbi.withHandle(h -> new PreviewQuery(h).count(PurgeScope.EVERYTHING, AS_OF, Optional.empty()));
        assertThat(left.due()).as("due after a run that nobody disturbs").isZero();
        assertEachCopyIsInOnePlace(stage, told);
    }

    /** There, or in the ledger, or deleted by its owner; content where the copies are; counts as the bindings. */
    private static void assertEachCopyIsInOnePlace(PurgeStage stage, Told told) {
        List<Long> together = new ArrayList<>(stage.named());
        together.addAll(stage.ids("SELECT id FROM mail_copy"));
        together.addAll(told.deleted);
        assertThat(together).doesNotHaveDuplicates().hasSize(RaceOpponents.ACCOUNTS * RaceOpponents.COPIES);
        assertThat(stage.verify().isIntact()).isTrue();
        assertThat(stage.ids("SELECT copy_id FROM mail_content ORDER BY 1"))
                .isEqualTo(stage.ids("SELECT id FROM mail_copy ORDER BY 1"));
        assertThat(stage.count("SELECT count(*) FROM mail_copy c WHERE bind_count <>"
                        + " (SELECT count(*) FROM binding b WHERE b.copy_id = c.id)"))
                .isZero();
    }

    @Test
    void deleteOfIdsThatWereReadBeforeIsCaughtLosingBinds() {
        assertCaught(Outcome::lostBinds, false, s -> {
            List<Long> ids;
            do {
                ids = s.jdbi.withHandle(h -> h.createQuery("SELECT c.id" + DUE + " ORDER BY c.clock, c.id LIMIT 200")
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
    }

    @Test
    void deleteByAVersionThatBindersDoNotRaiseIsCaughtLosingBinds() {
        assertCaught(Outcome::lostBinds, false, s -> {
            s.execute("ALTER TABLE mail_copy ADD COLUMN version integer NOT NULL DEFAULT 0");
            List<Long> ids;
            do {
                ids = s.jdbi.withHandle(h -> h.createQuery("SELECT c.id" + DUE + " ORDER BY c.clock, c.id LIMIT 200")
                        .bind("asOf", AS_OF)
                        .mapTo(Long.class)
                        .list());
                Long[] doomed = ids.toArray(Long[]::new);
                Thread.sleep(5);
                s.jdbi.useTransaction(h -> h.createUpdate("DELETE FROM mail_copy WHERE id = ANY(:ids) AND version = 0")
                        .bind("ids", doomed)
                        .execute());
            } while (!ids.isEmpty());
        });
    }

    /** What it does | whether a foreign key with CASCADE is there | the statement; DUE and FREE stand for conditions. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "in a subquery | false | DELETE FROM mail_copy WHERE id IN (SELECT c.id <DUE> ORDER BY c.clock, c.id LIMIT 300)",
                "in a CTE without lock | false | WITH due AS MATERIALIZED (SELECT c.id, pg_sleep(0.00005) <DUE>"
                        + " ORDER BY c.clock, c.id LIMIT 300) DELETE FROM mail_copy d USING due WHERE d.id = due.id",
                "not exists on the row itself | false | WITH due AS MATERIALIZED (SELECT c.id, pg_sleep(0.00005) <FREE>"
                        + " AND NOT EXISTS (SELECT FROM mail_copy x WHERE x.id = c.id AND x.bind_count > 0)"
                        + " ORDER BY c.clock, c.id LIMIT 300) DELETE FROM mail_copy d USING due WHERE d.id = due.id",
                "not exists binding, no key | false | DELETE FROM mail_copy d WHERE d.id IN (SELECT c.id <FREE>"
                        + " ORDER BY c.clock, c.id LIMIT 300) AND NOT EXISTS (SELECT FROM binding b WHERE b.copy_id = d.id)",
                "not exists binding, cascade | true | DELETE FROM mail_copy d WHERE d.id IN (SELECT c.id <FREE>"
                        + " ORDER BY c.clock, c.id LIMIT 300) AND NOT EXISTS (SELECT FROM binding b WHERE b.copy_id = d.id)",
                "skip locked and not exists binding, cascade | true | WITH due AS MATERIALIZED (SELECT c.id,"
                        + " pg_sleep(0.0001) <FREE> AND NOT EXISTS (SELECT FROM binding b WHERE b.copy_id = c.id)"
                        + " ORDER BY c.clock, c.id LIMIT 300 FOR UPDATE OF c SKIP LOCKED)"
                        + " DELETE FROM mail_copy d USING due WHERE d.id = due.id"
            })
    void unsafeStatementIsCaughtLosingBinds(String what, boolean cascade, String sql) {
        String statement = sql.replace("<DUE>", DUE).replace("<FREE>", DUE_BUT_FOR_BINDINGS);
        assertCaught(Outcome::lostBinds, cascade, s -> repeat(s, statement));
    }

    /** The lock comes first, the look at the bindings second, but in the same snapshot. */
    @Test
    void lockFirstAndCheckBindingsSecondInOneSnapshotIsCaughtLosingBinds() {
        assertCaught(
                Outcome::lostBinds,
                false,
                s -> repeat(
                        s,
                        "WITH locked AS MATERIALIZED (SELECT c.id, pg_sleep(0.0001)" + DUE_BUT_FOR_BINDINGS
                                + " ORDER BY c.clock, c.id LIMIT 300 FOR UPDATE OF c) DELETE FROM mail_copy d USING locked"
                                + " WHERE d.id = locked.id AND NOT EXISTS (SELECT FROM binding b WHERE b.copy_id = d.id)"));
    }

    private static final String NO_LOCK_ON_THE_ACCOUNT =
            "WITH due AS MATERIALIZED (SELECT c.id" + DUE.replace(" WHERE ", ", pg_sleep(0.02) WHERE ")
                    + " ORDER BY c.clock, c.id LIMIT 500 FOR UPDATE OF c SKIP LOCKED)"
                    + " DELETE FROM mail_copy USING due WHERE mail_copy.id = due.id";

    @Test
    void deleteThatReadsThePlanWithoutALockOnTheAccountIsCaughtLosingCopiesOfUpgradedAccounts() {
        assertCaught(Outcome::lostByPlan, false, s -> repeat(s, NO_LOCK_ON_THE_ACCOUNT));
    }

    @Test
    void deleteThatReadsHoldsWithoutALockOnTheAccountIsCaughtLosingHeldCopies() {
        assertCaught(Outcome::lostHolds, false, s -> repeat(s, NO_LOCK_ON_THE_ACCOUNT));
    }

    /** Until nothing is deleted; what is still there then is bound, held or kept by its plan. */
    private static void repeat(PurgeStage stage, String sql) throws InterruptedException {
        int idle = 0;
        for (int times = 0; idle < 3 && times < 200; times++) {
            int deleted = stage.jdbi.inTransaction(
                    h -> h.createUpdate(sql).bind("asOf", AS_OF).execute());
            idle = deleted == 0 ? idle + 1 : 0;
            Thread.sleep(1);
        }
    }

    private PurgeStage filled() {
        System.out.println("PurgeRaceIT seed " + seed);
        PurgeStage stage = new PurgeStage(postgres);
        for (int account = 1; account <= RaceOpponents.ACCOUNTS; account++) {
            stage.account(account, account < RaceOpponents.FIRST_LONG ? "CRM_PLUS" : "PROFESSIONAL");
            stage.copies(account, RaceOpponents.COPIES, daysBefore(40));
        }
        stage.execute("ANALYZE");
        return stage;
    }

    /** Races an unsafe form until it is caught: a race has no outcome that is certain, ten have. */
    private void assertCaught(ToLongFunction<Outcome> lost, boolean cascade, Purge unsafe) {
        long caught = 0;
        for (int round = 1; round <= ROUNDS && caught == 0; round++) {
            PurgeStage stage = filled();
            // As the unsafe forms are found in the wild.
            stage.execute("ALTER TABLE binding DROP CONSTRAINT binding_copy_id_fkey");
            if (cascade) {
                stage.execute("ALTER TABLE binding ADD FOREIGN KEY (copy_id) REFERENCES mail_copy ON DELETE CASCADE");
            }
            caught = lost.applyAsLong(race(stage, unsafe));
        }
        assertThat(caught).as("lost in one of %d races", ROUNDS).isPositive();
    }

    private Outcome race(PurgeStage stage, Purge purge) {
        Told told = new RaceOpponents(stage, seed).against(purge);
        Set<Long> there = new HashSet<>(stage.ids("SELECT id FROM mail_copy"));
        Outcome outcome = new Outcome(
                told,
                missing(told.bound, there),
                missing(told.released, there),
                missing(without(told.held, told.deleted), there),
                missing(without(told.upgraded, told.deleted), there));
        System.out.printf(
                "PurgeRaceIT %s; lost of %d bound %d, of %d unbound with grace %d, of %d held %d, of %d upgraded %d%n",
                told.operations,
                told.bound.size(),
                outcome.lostBinds(),
                told.released.size(),
                outcome.lostReleased(),
                told.held.size(),
                outcome.lostHolds(),
                told.upgraded.size(),
                outcome.lostByPlan());
        return outcome;
    }

    private static Set<Long> without(Set<Long> promised, Set<Long> deleted) {
        Set<Long> rest = new HashSet<>(promised);
        rest.removeAll(deleted);
        return rest;
    }

    private static long missing(Set<Long> promised, Set<Long> there) {
        return promised.stream().filter(id -> !there.contains(id)).count();
    }
}
