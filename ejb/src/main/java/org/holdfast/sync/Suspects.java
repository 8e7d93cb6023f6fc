package org.holdfast.sync;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.holdfast.message.Texts;
import org.jdbi.v3.core.Handle;

/**
 * Originals of a folder that were on their way when a session broke: they are asked for singly, behind all
 * others, and given up at the third time, so that none of them stops the mailbox for ever. Those given up are
 * asked for again at long intervals.
 */
final class Suspects {

    private final Pass pass;
    private final KnownFolder folder;
    private final UidValidity validity;
    private final Map<Long, Integer> tries;

    Suspects(Handle handle, Pass pass, KnownFolder folder, UidValidity validity) {
        this.pass = pass;
        this.folder = folder;
        this.validity = validity;
        this.tries = new QuarantineRows(handle).tries(folder.id(), validity);
    }

    /** How often in vain; 0 for an original that is none of them. */
    int tries(long uid) {
        return tries.getOrDefault(uid, 0);
    }

    /** Counts a try that may not come back. */
    void tried(Collection<Long> uids, String reason) {
        pass.write(h -> {
            new QuarantineRows(h).tried(folder.id(), validity, uids, Texts.clean(reason, 500), pass.now());
            return PassCounts.NONE;
        });
        uids.forEach(uid -> tries.merge(uid, 1, Integer::sum));
    }

    /** Takes back a try that failed for a reason of the provider's, not of the message. */
    void untried(long uid) {
        pass.write(h -> {
            new QuarantineRows(h).untried(folder.id(), validity, uid);
            return PassCounts.NONE;
        });
        tries.merge(uid, -1, Integer::sum);
    }

    /** In the transaction that settles the originals: they are suspects no longer. */
    void clear(Handle handle, Collection<Long> uids) {
        List<Long> cleared = uids.stream().filter(tries::containsKey).toList();
        if (!cleared.isEmpty()) {
            new QuarantineRows(handle).release(folder.id(), validity, cleared);
        }
    }

    /** Gives an original up. */
    void quarantine(long uid, String reason) {
        pass.write(h -> {
            new QuarantineRows(h).giveUp(folder.id(), validity, uid, Texts.clean(reason, 500), pass.now());
            return PassCounts.ofQuarantined(1);
        });
    }
}
