package org.holdfast.sync;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.command.ShownFlags;
import org.holdfast.message.FlagChange;
import org.holdfast.message.Flags;
import org.holdfast.sync.failure.CommandRefused;
import org.holdfast.sync.imap.CommandSession.OpenFolder;
import org.holdfast.sync.imap.CommandSession.ServerFlags;

/**
 * Sends the difference that a user made, and of it only what the server lacks: what others changed meanwhile
 * stays. Somebody else's change in between is seen (UNCHANGEDSINCE) and looked at before the next try.
 */
final class FlagPush {

    private static final int MOST_ROUNDS = 10;
    private static final List<String> SYSTEM = List.of("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft");

    private final PushStep step;

    FlagPush(PushStep step) {
        this.step = step;
    }

    void run() throws IOException {
        PushStep.Target target = step.target();
        OpenFolder open = step.open(target, false).folder();
        FlagChange wanted = step.command().flags();
        FlagChange possible = possible(open, wanted);
        Flags server = store(target.uid(), possible);
        FlagChange left = wanted.missingIn(server);
        if (!left.isEmpty()) {
            throw new CommandRefused("The provider does not keep " + String.join(", ", names(left))
                    + " in this folder: they stay here alone");
        }
        step.done(null, h -> {
            if (target.copy() != null) {
                new ShownFlags(h).settle(target.copy().copyId(), server);
            }
        });
    }

    private static FlagChange possible(OpenFolder open, FlagChange wanted) {
        return new FlagChange(
                kept(open, wanted.addBits()),
                kept(open, wanted.removeBits()),
                wanted.addKeywords().stream().filter(open::keeps).toList(),
                wanted.removeKeywords().stream().filter(open::keeps).toList());
    }

    private static int kept(OpenFolder open, int bits) {
        int kept = 0;
        for (int bit = 0; bit < SYSTEM.size(); bit++) {
            if ((bits & (1 << bit)) != 0 && open.keeps(SYSTEM.get(bit))) {
                kept |= 1 << bit;
            }
        }
        return kept;
    }

    /** The flags that the server has at the end. */
    private Flags store(long uid, FlagChange wanted) throws IOException {
        for (int round = 0; ; round++) {
            ServerFlags now = step.provider()
                    .flags(uid)
                    .orElseThrow(() -> new CommandRefused("The original is gone at the provider"));
            FlagChange missing = wanted.missingIn(now.flags());
            if (missing.isEmpty() || round == MOST_ROUNDS) {
                return now.flags();
            }
            Flags set = new Flags(missing.addBits(), missing.addKeywords());
            Flags off = new Flags(missing.removeBits(), missing.removeKeywords());
            boolean first = !set.equals(Flags.NONE);
            step.provider().store(uid, first, first ? set : off, now.modSeq());
        }
    }

    private static List<String> names(FlagChange change) {
        List<String> names = new ArrayList<>(change.addKeywords());
        names.addAll(change.removeKeywords());
        for (int bit = 0; bit < SYSTEM.size(); bit++) {
            if (((change.addBits() | change.removeBits()) & (1 << bit)) != 0) {
                names.add(SYSTEM.get(bit));
            }
        }
        return names;
    }
}
