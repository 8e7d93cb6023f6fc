package org.holdfast.sync;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.holdfast.message.Copy;
import org.holdfast.plan.Cutoff;

/** Where fetched originals become copies: matched with one that is here, refused because purged, or stored. */
final class Intake {

    private final Pass pass;
    private final KnownFolder folder;
    private final UidValidity validity;
    private final Homeless homeless;
    private final Map<String, Long> purgedElsewhere;
    private final Suspects suspects;
    private final BlockGate blocks;
    private Optional<Cutoff> cutoff = Optional.empty();

    Intake(
            Pass pass,
            KnownFolder folder,
            UidValidity validity,
            Homeless homeless,
            Map<String, Long> purgedElsewhere,
            Suspects suspects,
            BlockGate blocks) {
        this.pass = pass;
        this.folder = folder;
        this.validity = validity;
        this.homeless = homeless;
        this.purgedElsewhere = purgedElsewhere;
        this.suspects = suspects;
        this.blocks = blocks;
    }

    /** Asks plan and owner again; what they allow now holds for what is stored next. */
    void requireAllowed() throws PassStopped {
        cutoff = pass.requireAllowed();
    }

    /** Copies that go with their originals, without any content. */
    void settle(Collection<Match> matches) {
        if (!matches.isEmpty()) {
            pass.write(h -> {
                new CopyNumbers(h).settle(folder, validity, matches);
                suspects.clear(h, matches.stream().map(Match::uid).toList());
                return PassCounts.ofMoved(matches.size());
            });
        }
    }

    /** All or nothing, in one transaction. */
    void store(List<NewCopy> originals) {
        if (originals.isEmpty()) {
            return;
        }
        pass.write(h -> {
            CopyNumbers numbers = new CopyNumbers(h);
            Instant now = pass.now();
            List<NewCopy> allowed = new ArrayList<>();
            List<Match> matches = new ArrayList<>();
            for (NewCopy each : originals) {
                Optional<Match> match = homeless.match(each);
                match.ifPresent(matches::add);
                if (match.isEmpty() && mayBeStored(numbers, each, now)) {
                    allowed.add(each);
                }
            }
            List<NewCopy> fresh = blocks.keepOut(h, allowed);
            numbers.settle(folder, validity, matches);
            new CopyStore(h).insert(folder, validity, fresh, now);
            suspects.clear(h, originals.stream().map(NewCopy::uid).toList());
            return PassCounts.ofStored(
                            matches.size() + fresh.size(),
                            fresh.stream()
                                    .mapToLong(copy -> copy.content().size())
                                    .sum())
                    .andBlocked(allowed.size() - fresh.size());
        });
    }

    /** Not beyond the window by now, and not purged under an earlier number. */
    private boolean mayBeStored(CopyNumbers numbers, NewCopy copy, Instant now) {
        Long purgedBy =
                purgedElsewhere.get(HexFormat.of().formatHex(copy.content().sha256()));
        if (purgedBy != null) {
            numbers.markPurged(folder.id(), validity, copy, purgedBy);
            return false;
        }
        return cutoff.isEmpty() || !cutoff.get().isBeyond(Copy.clockOf(copy.receivedAt(), now));
    }

    /** Originals that are not there any more. */
    void vanished(List<Long> uids) {
        pass.write(h -> {
            suspects.clear(h, uids);
            return PassCounts.ofVanished(uids.size());
        });
    }
}
