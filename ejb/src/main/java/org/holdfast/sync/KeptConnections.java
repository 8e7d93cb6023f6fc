package org.holdfast.sync;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.MailboxStop;
import org.holdfast.mailbox.MailboxStops;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Tether;

/**
 * Connections of one node that stay open between passes, in IDLE on the inbox: news makes the mailbox due at once,
 * and its next pass needs no new login. No thread waits for them: one selector is asked with each tick, and what
 * has arrived is read on the executor.
 */
final class KeptConnections implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(KeptConnections.class.getName());

    /** Servers end a session after half an hour without a command (RFC 2177 says 29 minutes). */
    static final Duration RENEWAL = Duration.ofMinutes(20);

    /** How often plan and owners are asked whether the connections may stay. */
    private static final Duration ASK = Duration.ofSeconds(15);

    private final Leases.ClaimOrder order;
    private final int most;
    private final ShortTransaction transactions;
    private final Consumer<Runnable> executor;
    private final Runnable whenDue;
    private final Map<Long, Kept> kept = new ConcurrentHashMap<>();
    private Selector selector;
    private long asked = System.nanoTime();
    private boolean begun;
    private volatile boolean closed;

    /**
     * Keeps none yet.
     *
     * @param order who this node is, and the caps
     * @param most how many this node keeps; 0: none
     * @param executor may refuse with {@link RejectedExecutionException}
     * @param whenDue told when a mailbox became due by its news
     */
    KeptConnections(
            Leases.ClaimOrder order,
            int most,
            ShortTransaction transactions,
            Consumer<Runnable> executor,
            Runnable whenDue) {
        this.order = order;
        this.most = most;
        this.transactions = transactions;
        this.executor = executor;
        this.whenDue = whenDue;
    }

    /** A connection; only whoever has taken it out of the map uses its session. */
    private record Kept(long mailboxId, Access access, ImapSession session, long since) {}

    /** What was signed in with: another password or server needs another connection. */
    private record Access(MailServer server, String login, int secret) {

        static Access of(PullTarget target) {
            return new Access(target.imap(), target.login(), Arrays.hashCode(target.secret()));
        }
    }

    int size() {
        return kept.size();
    }

    /**
     * Whether there is a place for the connection of a mailbox that is leased to the caller, who then hands it over
     * with {@link #keep} or gives the place back with {@link #release}.
     */
    boolean reserve(Lease lease) {
        if (closed || kept.size() >= most) {
            return false;
        }
        begin();
        return transactions.call(h -> {
            new Leases(h).fence(lease);
            new KeptRows(h, order).alive();
            return new KeptRows(h, order).keep(lease.mailboxId());
        });
    }

    /** Takes a session over that has the inbox open; it is closed if that fails. */
    void keep(PullTarget target, ImapSession session) throws IOException {
        boolean news = session.beginIdle();
        watch(new Kept(target.mailboxId(), Access.of(target), session, System.nanoTime()));
        if (news) {
            dueAgain(target.mailboxId());
        }
        if (closed) {
            close();
        }
    }

    /** Gives back the place of a mailbox whose connection is not kept any more. */
    void release(long mailboxId) {
        transactions.call(h -> {
            new KeptRows(h, order).release(List.of(mailboxId));
            return mailboxId;
        });
    }

    /** The connection of a mailbox, ready for commands, if there is one that is still good. */
    Optional<ImapSession> take(PullTarget target, Tether tether) {
        Kept mine = kept.remove(target.mailboxId());
        if (mine == null) {
            return Optional.empty();
        }
        try {
            unwatch(mine);
            if (mine.access().equals(Access.of(target))) {
                mine.session().tether(tether);
                mine.session().endIdle();
                return Optional.of(mine.session());
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "The connection of mailbox " + target.mailboxId() + " was lost", e);
        }
        mine.session().close();
        release(target.mailboxId());
        return Optional.empty();
    }

    /** With each tick: sees what has arrived, says that this node lives, and ends what may not stay. */
    void tend(Instant now) {
        if (most == 0 || closed) {
            return;
        }
        begin();
        if (!kept.isEmpty()) {
            transactions.call(h -> {
                new KeptRows(h, order).alive();
                return order;
            });
            arrived().forEach(each -> submit(each, () -> hear(each)));
            renew();
        }
        if (System.nanoTime() - asked > ASK.toNanos()) {
            asked = System.nanoTime();
            endWhatMayNotStay(now);
        }
    }

    /** Places of an earlier life under the same name are free. */
    private synchronized void begin() {
        if (!begun) {
            transactions.call(h -> {
                new KeptRows(h, order).releaseAll();
                return order;
            });
            begun = true;
        }
    }

    private void submit(Kept each, Runnable work) {
        try {
            executor.accept(work);
        } catch (RejectedExecutionException e) {
            lose(each, e);
        }
    }

    private void hear(Kept each) {
        try {
            if (each.session().hear()) {
                kept.put(each.mailboxId(), each);
                dueAgain(each.mailboxId());
                whenDue.run();
            } else {
                watch(each);
            }
        } catch (IOException | RuntimeException e) {
            lose(each, e);
        }
    }

    private void renew() {
        for (Kept each : List.copyOf(kept.values())) {
            if (System.nanoTime() - each.since() > RENEWAL.toNanos() && kept.remove(each.mailboxId(), each)) {
                submit(each, () -> renew(each));
            }
        }
    }

    private void renew(Kept each) {
        try {
            unwatch(each);
            boolean before = each.session().endIdle();
            boolean news = each.session().beginIdle() || before;
            watch(new Kept(each.mailboxId(), each.access(), each.session(), System.nanoTime()));
            if (news) {
                dueAgain(each.mailboxId());
            }
        } catch (IOException | RuntimeException e) {
            lose(each, e);
        }
    }

    private void dueAgain(long mailboxId) {
        transactions.call(h -> {
            new Leases(h).dueAgain(mailboxId);
            return mailboxId;
        });
    }

    /** The pass that finds out what was missed comes soon. */
    private void lose(Kept each, Exception e) {
        LOG.log(System.Logger.Level.DEBUG, "The connection of mailbox " + each.mailboxId() + " was lost", e);
        kept.remove(each.mailboxId(), each);
        each.session().close();
        transactions.call(h -> {
            new KeptRows(h, order).release(List.of(each.mailboxId()));
            new KeptRows(h, order).dueSoon(each.mailboxId());
            return each;
        });
    }

    /** Ends the connections of mailboxes that plan or owner no longer allow. */
    void endWhatMayNotStay(Instant now) {
        List<Long> mailboxes = List.copyOf(kept.keySet());
        if (mailboxes.isEmpty()) {
            return;
        }
        List<MailboxStop> stops = transactions.call(h -> new MailboxStops(h).among(mailboxes, now));
        for (MailboxStop stop : stops) {
            Kept ended = kept.remove(stop.mailboxId());
            if (ended != null) {
                ended.session().close();
                release(stop.mailboxId());
            }
        }
    }

    private synchronized void watch(Kept each) throws IOException {
        if (selector == null) {
            selector = Selector.open();
        }
        kept.put(each.mailboxId(), each);
        each.session().watch(selector, each.mailboxId());
    }

    private synchronized void unwatch(Kept each) throws IOException {
        each.session().unwatch(selector);
    }

    /** Those with something to read, taken out; none of them is watched any more. */
    private synchronized List<Kept> arrived() {
        List<Kept> found = new ArrayList<>();
        try {
            selector.selectNow();
            List<SelectionKey> keys = List.copyOf(selector.selectedKeys());
            selector.selectedKeys().clear();
            for (SelectionKey key : keys) {
                Kept each = kept.remove((Long) key.attachment());
                if (each != null) {
                    each.session().unwatch(selector);
                    found.add(each);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The selector failed", e);
        }
        return found;
    }

    /** Ends all; the node's places fall free when it has not been heard of for a while. */
    @Override
    public void close() {
        closed = true;
        kept.values().forEach(each -> each.session().close());
        kept.clear();
    }
}
