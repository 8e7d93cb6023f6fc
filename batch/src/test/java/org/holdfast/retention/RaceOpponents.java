package org.holdfast.retention;

import static org.holdfast.retention.PurgeStage.AS_OF;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.holdfast.binding.BindingRepository;
import org.holdfast.binding.BindingTarget;
import org.jdbi.v3.core.Handle;

/**
 * Thirty-two threads of people at work while copies are purged: binds, unbinds, holds, upgrades, downgrades
 * and deletes, by the code or the statements of the product. Each notes what it was promised.
 */
final class RaceOpponents {

    static final int ACCOUNTS = 24;
    static final int COPIES = 400;

    /** Accounts from this one on have the longer plan at first. */
    static final int FIRST_LONG = 21;

    private static final int BINDERS = 16;
    private static final int HOLDERS = 4;
    private static final int UPGRADERS = 4;
    private static final int DOWNGRADERS = 2;
    private static final int DELETERS = 6;

    private static final String BEGUN = "SELECT account_id FROM mail_copy c WHERE account_id IN (SELECT account_id FROM"
            + " subscription WHERE plan_code = 'CRM_PLUS' AND known_until IS NULL) AND account_id < " + FIRST_LONG
            + " GROUP BY account_id HAVING count(*) < " + COPIES + " ORDER BY random() LIMIT 1";

    /** As a mailbox's owner, or its provider, removes a copy. */
    private static final String DELETE = "DELETE FROM mail_copy c USING mailbox m, account a WHERE c.id = ?"
            + " AND m.id = c.mailbox_id AND a.id = c.account_id AND c.bind_count = 0 AND c.hold_count = 0"
            + " AND m.hold_count = 0 AND a.hold_count = 0 AND coalesce(" + DueRuleSql.GRACE_END + " <= ?, true)";

    private final PurgeStage stage;
    private final long seed;
    private final AtomicBoolean purging = new AtomicBoolean(true);
    private final CountDownLatch started = new CountDownLatch(BINDERS + HOLDERS + UPGRADERS + DOWNGRADERS + DELETERS);

    RaceOpponents(PurgeStage stage, long seed) {
        this.stage = stage;
        this.seed = seed;
    }

    /** Copies that were promised, why, and the operations that were acknowledged. */
    static final class Told {

        final Set<Long> bound = new HashSet<>();
        final Set<Long> released = new HashSet<>();
        final Set<Long> held = new HashSet<>();
        final Set<Long> upgraded = new HashSet<>();
        final Set<Long> deleted = new HashSet<>();
        final Map<String, Integer> operations = new HashMap<>();

        void add(Told other) {
            bound.addAll(other.bound);
            released.addAll(other.released);
            held.addAll(other.held);
            upgraded.addAll(other.upgraded);
            deleted.addAll(other.deleted);
            other.operations.forEach((what, times) -> operations.merge(what, times, Integer::sum));
        }

        void count(String what) {
            operations.merge(what, 1, Integer::sum);
        }
    }

    /** Purges while everybody is at work, and tells what everybody was told. */
    Told against(Purge purge) {
        List<Callable<Told>> all = new ArrayList<>();
        for (int i = 0; i < BINDERS; i++) {
            Random random = new Random(seed + i);
            all.add(() -> work(random, this::bindOrUnbind));
        }
        for (int i = 0; i < HOLDERS; i++) {
            Random random = new Random(seed + 100 + i);
            long account = 17L + i;
            all.add(() -> work(random, (h, told, r) -> hold(h, told, account)));
        }
        for (int i = 0; i < UPGRADERS; i++) {
            all.add(() -> work(new Random(0), this::upgrade));
        }
        for (int i = 0; i < DOWNGRADERS; i++) {
            long account = (long) FIRST_LONG + i;
            all.add(() -> work(new Random(0), (h, told, r) -> downgrade(h, told, account)));
        }
        for (int i = 0; i < DELETERS; i++) {
            Random random = new Random(seed + 200 + i);
            all.add(() -> work(random, this::delete));
        }
        all.add(() -> {
            started.await();
            try {
                purge.all(stage);
            } finally {
                purging.set(false);
            }
            return new Told();
        });
        Told told = new Told();
        PurgeStage.all(all).forEach(told::add);
        return told;
    }

    /** A purge to race against; returns when it is done. */
    interface Purge {
        void all(PurgeStage stage) throws Exception;
    }

    private interface Step {
        void take(Handle h, Told told, Random random) throws InterruptedException;
    }

    private Told work(Random random, Step step) throws InterruptedException {
        Told told = new Told();
        try (Handle h = stage.jdbi.open()) {
            started.countDown();
            while (purging.get()) {
                step.take(h, told, random);
            }
        }
        return told;
    }

    private static long anyCopy(Random random) {
        return 1L + random.nextInt(ACCOUNTS * COPIES);
    }

    private void bindOrUnbind(Handle h, Told told, Random random) {
        BindingTarget target =
                new BindingTarget("deal", "of-" + Thread.currentThread().getId());
        long copy = anyCopy(random);
        if (told.bound.contains(copy)) {
            // What nobody keeps for a while may go at any moment from now on: no promise after the start of it.
            boolean grace = random.nextBoolean();
            told.bound.remove(copy);
            // Of several bindings the last that goes says how long.
            boolean last = h.inTransaction(t -> {
                BindingRepository bindings = new BindingRepository(t);
                bindings.lockCopy(copy);
                bindings.unbind(copy, target, grace ? AS_OF.plus(Duration.ofDays(7)) : AS_OF);
                return t.createQuery("SELECT bind_count = 0 FROM mail_copy WHERE id = ?")
                        .bind(0, copy)
                        .mapTo(Boolean.class)
                        .findOne()
                        .orElse(true);
            });
            told.count("unbinds");
            if (grace && last) {
                told.released.add(copy);
            }
            return;
        }
        boolean bound = h.inTransaction(t -> {
            BindingRepository bindings = new BindingRepository(t);
            Optional<Long> account = bindings.lockCopy(copy);
            account.ifPresent(id -> bindings.bind(copy, id, target, "t", AS_OF));
            return account.isPresent();
        });
        told.count(bound ? "binds" : "too late");
        if (bound) {
            told.bound.add(copy);
        }
    }

    /** Places a hold on an account or its mailbox when the purge has begun with it, once more after each release. */
    private void hold(Handle h, Told told, long account) throws InterruptedException {
        boolean begun = h.createQuery("SELECT count(*) < :all FROM mail_copy WHERE account_id = :account")
                .bind("all", COPIES)
                .bind("account", account)
                .mapTo(Boolean.class)
                .one();
        if (!begun || !told.held.isEmpty()) {
            Thread.sleep(1);
            return;
        }
        HoldRepository holds = new HoldRepository(h);
        Long mailbox = account % 2 == 0 ? account : null;
        Hold first = h.inTransaction(t -> holds.place(NewHold.onAll(account, mailbox, "first", "test"), "t", AS_OF));
        Set<Long> kept = copiesOf(h, account);
        h.inTransaction(t -> holds.place(NewHold.onAll(account, mailbox, "second", "test"), "t", AS_OF));
        Hold.Step over = new Hold.Step("t", AS_OF, "test");
        h.inTransaction(t -> holds.release(first, over, AS_OF));
        told.count("holds");
        told.held.addAll(kept);
    }

    /** Upgrades an account of which the purge has begun; what it has when that is acknowledged must stay. */
    private void upgrade(Handle h, Told told, Random random) throws InterruptedException {
        Optional<Long> begun = h.createQuery(BEGUN).mapTo(Long.class).findFirst();
        if (begun.isEmpty() || told.operations.getOrDefault("upgrades", 0) >= 2) {
            Thread.sleep(2);
        } else if (change(h, begun.get(), "CRM_PLUS", "PROFESSIONAL")) {
            told.upgraded.addAll(copiesOf(h, begun.get()));
            told.count("upgrades");
        }
    }

    private void downgrade(Handle h, Told told, long account) throws InterruptedException {
        if (change(h, account, "PROFESSIONAL", "CRM_PLUS")) {
            told.count("downgrades");
        }
        Thread.sleep(2);
    }

    /** False if the account has another plan by now. */
    private static boolean change(Handle h, long account, String from, String to) {
        return h.inTransaction(t -> {
            t.execute("UPDATE account SET policy_version = policy_version + 1 WHERE id = ?", account);
            int closed = t.execute(
                    "UPDATE subscription SET known_until = clock_timestamp() WHERE account_id = ? AND plan_code = ?"
                            + " AND known_until IS NULL",
                    account,
                    from);
            if (closed == 1) {
                t.execute(
                        "INSERT INTO subscription (account_id, plan_code, valid_from, known_from, recorded_by, reason)"
                                + " VALUES (?, ?, '2015-01-01Z', clock_timestamp(), 't', 'change')",
                        account,
                        to);
            }
            return closed == 1;
        });
    }

    private void delete(Handle h, Told told, Random random) throws InterruptedException {
        long copy = anyCopy(random);
        Instant now = AS_OF;
        boolean deleted = h.inTransaction(t -> {
            t.execute(
                    "SELECT FROM account a JOIN mail_copy c ON c.account_id = a.id WHERE c.id = ? FOR SHARE OF a",
                    copy);
            boolean gone = t.execute(DELETE, copy, now) == 1;
            if (gone) {
                t.execute("DELETE FROM mail_content WHERE copy_id = ?", copy);
            }
            return gone;
        });
        if (deleted) {
            told.deleted.add(copy);
            told.count("deletes");
        }
        Thread.sleep(5);
    }

    private static Set<Long> copiesOf(Handle h, long account) {
        return new HashSet<>(h.createQuery("SELECT id FROM mail_copy WHERE account_id = ?")
                .bind(0, account)
                .mapTo(Long.class)
                .list());
    }
}
