package org.holdfast.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.holdfast.command.CommandQueue;
import org.holdfast.command.PendingCommands;
import org.holdfast.command.ShownFlags;
import org.holdfast.mailbox.MailboxRows;
import org.holdfast.mailbox.PlanFollower;
import org.holdfast.message.FlagChange;
import org.holdfast.message.Flags;
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
            assertThat(new Departures(h, lease.token(), bench.now).follow(lease.mailboxId(), List.of()))
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

    /** Whoever changes many copies locks them by their ids, whatever order it has them in. */
    @Test
    void copiesAreLockedByTheirIds() throws Exception {
        PullBench bench = new PullBench(postgres, keys, "STANDARD");
        Lease lease = bench.claim(bench.mailbox("order", 9));
        long folder = bench.id("INSERT INTO folder (mailbox_id, wire_name, name) VALUES (" + lease.mailboxId()
                + ", 'A', 'A') RETURNING id");
        for (int uid = 1; uid <= 3; uid++) {
            // The last one lies first in the table.
            bench.id(
                    "INSERT INTO mail_copy (id, account_id, mailbox_id, folder_id, uid_validity, uid, clock, copied_at,"
                            + " size_bytes, content_sha256) VALUES (" + (10 - uid) + ", " + bench.accountId + ", "
                            + lease.mailboxId() + ", " + folder + ", 1, " + uid
                            + ", now(), now(), 1, sha256('x')) RETURNING id");
        }
        locksInOrder(bench, h -> new CopyNumbers(h).estrange(List.of(9L, 8L, 7L)));
        bench.jdbi.useHandle(h -> h.execute("UPDATE mail_copy SET uid_validity = 1"));
        locksInOrder(bench, h -> new CopyNumbers(h).markStrangersGone(folder, new UidValidity(2), bench.now));
        KnownFolder known = bench.jdbi
                .withHandle(h -> new FolderRows(h).selected(lease.mailboxId(), bench.now))
                .get(0);
        locksInOrder(bench, h -> new Departures(h, lease.token(), bench.now)
                .returned(known, new UidValidity(1), List.of(1L, 2L, 3L)));
        locksInOrder(
                bench, h -> new Departures(h, lease.token(), bench.now).follow(lease.mailboxId(), List.of(9L, 8L, 7L)));
        assertThat(bench.count("mail_copy")).isZero();
    }

    /** With the lowest id locked by another, none of the others is locked yet. */
    private static void locksInOrder(PullBench bench, Consumer<Handle> change) throws Exception {
        CompletableFuture<Void> begun = bench.jdbi.inTransaction(h -> {
            h.execute("SELECT FROM mail_copy WHERE id = 7 FOR UPDATE");
            CompletableFuture<Void> beside =
                    CompletableFuture.runAsync(() -> bench.jdbi.useTransaction(change::accept));
            awaitWaiting(bench, beside);
            h.execute("SELECT FROM mail_copy WHERE id IN (8, 9) ORDER BY id DESC FOR UPDATE NOWAIT");
            return beside;
        });
        begun.get(30, TimeUnit.SECONDS);
    }

    /** What a user asks for, in the order in which the application does, and a pull that lets flags follow. */
    @Test
    void flagsThatAUserChangesAndAPassOverTheirFolder() throws Exception {
        PushBench push = new PushBench(new PullBench(postgres, keys, "STANDARD"), "flags", 9);
        PullBench bench = push.pull;
        long copy = copyIn(bench, push.mailbox, "A");
        Lease lease = bench.claim(push.mailbox);
        CompletableFuture<Void> beside = bench.jdbi.inTransaction(h -> {
            new Leases(h).fence(lease);
            CompletableFuture<Void> begun = CompletableFuture.runAsync(() -> bench.jdbi.useTransaction(other -> {
                ShownFlags shown = new ShownFlags(other);
                shown.change(
                        shown.lockWithMailbox(copy).orElseThrow(), new FlagChange(Flags.SEEN, 0, List.of(), List.of()));
                new MailboxRows(other).dueNow(push.mailbox);
            }));
            awaitWaiting(bench, begun);
            PendingCommands.of(h, push.folder("A"));
            h.execute("SELECT FROM mail_copy WHERE id = ? FOR UPDATE", copy);
            return begun;
        });
        beside.get(30, TimeUnit.SECONDS);
        assertThat(push.shown(copy)).isEqualTo(new Flags(Flags.SEEN, List.of()));
    }

    /** One mailbox that somebody works with keeps neither the timer nor the other mailboxes waiting. */
    @Test
    void commandsMakeTheirMailboxesDueWithoutWaitingForAnother() {
        PullBench bench = new PullBench(postgres, keys, "STANDARD");
        PushBench first = new PushBench(bench, "first", 9);
        PushBench second = new PushBench(bench, "second", 9);
        for (PushBench each : List.of(first, second)) {
            each.createFolder(null, "New");
        }
        bench.jdbi.useHandle(h -> h.execute("UPDATE mailbox_sync SET due_at = clock_timestamp() + interval '1 hour'"));
        bench.jdbi.useTransaction(h -> {
            h.execute("SELECT FROM mailbox_sync WHERE mailbox_id = ? FOR UPDATE", first.mailbox);
            CompletableFuture.runAsync(() -> bench.jdbi.useTransaction(CommandQueue::makeDue))
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join();
        });
        assertThat(bench.count("mailbox_sync WHERE due_at <= clock_timestamp() AND mailbox_id = " + second.mailbox))
                .isOne();
        assertThat(bench.count("mailbox_sync WHERE due_at > clock_timestamp() AND mailbox_id = " + first.mailbox))
                .isOne();
        bench.jdbi.useTransaction(CommandQueue::makeDue);
        assertThat(bench.count("mailbox_sync WHERE due_at <= clock_timestamp()"))
                .isEqualTo(2);
    }

    private static long copyIn(PullBench bench, long mailbox, String folder) {
        long id = bench.id("INSERT INTO folder (mailbox_id, wire_name, name) VALUES (" + mailbox + ", '" + folder
                + "', '" + folder + "') RETURNING id");
        return bench.id("INSERT INTO mail_copy (account_id, mailbox_id, folder_id, uid_validity, uid, clock, copied_at,"
                + " size_bytes, content_sha256) VALUES (" + bench.accountId + ", " + mailbox + ", " + id
                + ", 1, 1, now(), now(), 1, sha256('x')) RETURNING id");
    }
}
