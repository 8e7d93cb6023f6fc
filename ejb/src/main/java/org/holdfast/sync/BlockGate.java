package org.holdfast.sync;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.holdfast.block.BlockedOriginals;
import org.holdfast.block.SenderBlocks;
import org.holdfast.message.HeadParser;
import org.holdfast.sync.imap.ImapSession;
import org.holdfast.sync.imap.Listed;
import org.jdbi.v3.core.Handle;

/**
 * Keeps the originals of blocked senders out of a folder: by their From field before any content is fetched, and
 * once more where they are stored, for a server may answer without it.
 */
final class BlockGate {

    private static final int AT_ONCE = 1_000;

    private final Pass pass;
    private final KnownFolder folder;
    private final UidValidity validity;
    private final SenderBlocks blocks;
    private final Set<Long> kept;
    private final Set<Long> freed;
    private final HeadParser parser = new HeadParser();

    BlockGate(Handle handle, Pass pass, KnownFolder folder, UidValidity validity) {
        this.pass = pass;
        this.folder = folder;
        this.validity = validity;
        this.blocks = BlockedOriginals.of(handle, folder.mailboxId());
        BlockedOriginals originals = originals(handle);
        this.kept = originals.kept();
        this.freed = originals.freed();
    }

    private BlockedOriginals originals(Handle handle) {
        return new BlockedOriginals(handle, folder.id(), validity.value());
    }

    /** UIDs that are not to be asked for. */
    Set<Long> kept() {
        return kept;
    }

    /** In the transaction that completes the folder: what a removed block had kept out was looked for. */
    void completed(Handle handle) {
        originals(handle).forget(freed);
    }

    /** Those that no block keeps out; the others are noted and counted. */
    List<Listed> letThrough(ImapSession session, List<Listed> wanted, Suspects suspects) throws IOException {
        if (blocks.isEmpty()) {
            return wanted;
        }
        List<Listed> through = new ArrayList<>();
        for (int from = 0; from < wanted.size(); from += AT_ONCE) {
            pass.requireAllowed();
            List<Listed> some = wanted.subList(from, Math.min(from + AT_ONCE, wanted.size()));
            Map<Long, Long> met = new HashMap<>();
            session.fromFields(UidSet.of(some.stream().map(Listed::uid).toList()))
                    .forEach((uid, field) ->
                            blocks.met(parser.parse(field).sender()).ifPresent(block -> met.put(uid, block)));
            Set<Long> out = met.isEmpty() ? Set.of() : note(met, suspects);
            some.stream().filter(each -> !out.contains(each.uid())).forEach(through::add);
        }
        return through;
    }

    /** Not those whose block was removed meanwhile. */
    private Set<Long> note(Map<Long, Long> met, Suspects suspects) {
        Set<Long> out = new HashSet<>();
        pass.write(h -> {
            BlockedOriginals originals = originals(h);
            met.forEach((uid, block) -> {
                if (originals.note(uid, block, pass.now())) {
                    out.add(uid);
                }
            });
            suspects.clear(h, out);
            return PassCounts.ofBlocked(out.size());
        });
        return out;
    }

    /** In the transaction that would store them: takes out and notes those that a block keeps out. */
    List<NewCopy> keepOut(Handle handle, List<NewCopy> fresh) {
        List<NewCopy> stored = new ArrayList<>();
        for (NewCopy each : fresh) {
            boolean out = blocks.met(each.head().sender())
                    .map(block -> originals(handle).note(each.uid(), block, pass.now()))
                    .orElse(false);
            if (!out) {
                stored.add(each);
            }
        }
        return stored;
    }
}
