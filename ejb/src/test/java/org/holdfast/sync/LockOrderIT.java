package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.holdfast.mailbox.PlanFollower;
import org.holdfast.retention.HoldRepository;
import org.holdfast.retention.NewHold;
import org.holdfast.run.LocalPostgres;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everybody locks in one order, the lease of a pass, its mailbox, the account, copies: nobody deadlocks. */
class LockOrderIT {

    private static LocalPostgres postgres;

    @TempDir
    static Path keys;

    @BeforeAll
    static void start() {
        postgres = LocalPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    /** Lets copies follow their originals in a pass while another transaction has come as far as it can. */
    private static void followBeside(PullBench bench, Lease lease, String locked, Consumer<Handle> other)
            throws Exception {
        CompletableFuture<Void> beside = bench.jdbi.inTransaction(h -> {
            h.execute(locked, lease.mailboxId());
            CompletableFuture<Void> begun = CompletableFuture.runAsync(() -> bench.jdbi.useTransaction(other::accept));
            awaitWaiting(bench, begun);
            new Leases(h).fence(lease);
            assertThat(new Departures(h).follow(lease.mailboxId(), List.of(), bench.now))
                    .isZero();
            return begun;
        });
        beside.get(30, TimeUnit.SECONDS);
    }

    private static void awaitWaiting(PullBench bench, CompletableFuture<Void> begun) throws InterruptedException {
        for (int i = 0; i < 1_000; i++) {
            if (bench.count("pg_locks WHERE NOT granted") > 0) {
                return;
            }
            assertThat(begun).as("it has to wait for the pass").isNotDone();
            TimeUnit.MILLISECONDS.sleep(10);
        }
        throw new IllegalStateException("It does not wait");
    }

    @Test
    void holdOnAMailboxAndAPassThatLetsCopiesGo() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "STANDARD");
        Lease lease = bench.claim(bench.mailbox("hold", 9));
        followBeside(bench, lease, "SELECT FROM mailbox WHERE id = ? FOR SHARE", h -> new HoldRepository(h)
                .place(NewHold.onAll(bench.accountId, lease.mailboxId(), "Case", "court"), "t", bench.now));
        assertThat(bench.count("mailbox WHERE hold_count = 1")).isOne();
    }

    /** The statements of a plan change, in the order in which the application makes them. */
    @Test
    void planChangeAndAPassThatLetsCopiesGo() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "STANDARD");
        Lease lease = bench.claim(bench.mailbox("plan", 9));
        for (int i = 0; i < 10; i++) {
            followBeside(bench, lease, "SELECT FROM mailbox_sync WHERE mailbox_id = ? FOR UPDATE", h -> {
                PlanFollower follower = new PlanFollower(h);
                follower.lock(bench.accountId);
                h.execute("SELECT FROM account WHERE id = ? FOR UPDATE", bench.accountId);
                h.execute("UPDATE account SET policy_version = policy_version + 1 WHERE id = ?", bench.accountId);
                follower.accounts(List.of(bench.accountId), bench.now);
            });
        }
        assertThat(bench.count("account WHERE policy_version = 10")).isOne();
    }
}
