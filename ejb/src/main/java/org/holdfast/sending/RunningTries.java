package org.holdfast.sending;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.holdfast.mailbox.MailboxStop;
import org.holdfast.mailbox.MailboxStops;

/** The messages that this node hands over now. */
public final class RunningTries {

    private final Map<SendingLease, SendingTry> tries = new ConcurrentHashMap<>();

    public void add(SendingLease lease, SendingTry sending) {
        tries.put(lease, sending);
    }

    void remove(SendingLease lease) {
        tries.remove(lease);
    }

    int size() {
        return tries.size();
    }

    List<SendingLease> leases() {
        return List.copyOf(tries.keySet());
    }

    /** Ends tries that plan or owner no longer allow, wherever they are, by closing their connections. */
    public void stopWhatMayNotGoOn(SendingTry.Transactions transactions, Instant now) {
        Set<Long> mailboxes = leases().stream().map(SendingLease::mailboxId).collect(Collectors.toSet());
        if (mailboxes.isEmpty()) {
            return;
        }
        for (MailboxStop stop : transactions.call(h -> new MailboxStops(h).among(mailboxes, now))) {
            tries.forEach((lease, sending) -> {
                if (lease.mailboxId() == stop.mailboxId()) {
                    sending.stop(stop);
                }
            });
        }
    }
}
