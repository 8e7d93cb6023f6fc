package org.holdfast.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.holdfast.mailbox.MailboxStop;
import org.holdfast.mailbox.MailboxStops;

/** The passes that run on this node. */
final class RunningPasses {

    private final Map<Lease, MailboxPass> passes = new ConcurrentHashMap<>();

    void add(Lease lease, MailboxPass pass) {
        passes.put(lease, pass);
    }

    void remove(Lease lease) {
        passes.remove(lease);
    }

    int size() {
        return passes.size();
    }

    /** How many do not just wait for their provider. */
    long working(Duration waiting) {
        return passes.values().stream()
                .filter(pass -> pass.idle().compareTo(waiting) < 0)
                .count();
    }

    List<Lease> leases() {
        return List.copyOf(passes.keySet());
    }

    /** Ends passes that plan or owner no longer allow, wherever they are, by closing their connections. */
    void stopWhatMayNotGoOn(ShortTransaction transactions, Instant now) {
        List<Lease> leases = leases();
        if (leases.isEmpty()) {
            return;
        }
        List<Long> mailboxes = leases.stream().map(Lease::mailboxId).toList();
        for (MailboxStop stop : transactions.call(h -> new MailboxStops(h).among(mailboxes, now))) {
            passes.forEach((lease, pass) -> {
                if (lease.mailboxId() == stop.mailboxId()) {
                    pass.stop(stop.reason(), stop.byPlan());
                }
            });
        }
    }
}
