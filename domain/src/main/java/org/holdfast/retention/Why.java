package org.holdfast.retention;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Why a copy is here and when it will go, with everything that decides over it.
 *
 * @param fate the verdict, the plan that applies, and when it goes as plans are dated now
 * @param planName how people call the plan
 * @param clock its retention clock
 * @param clockIsArrival whether the clock is when the original was received; else when it was copied, because
 *     the provider gave no date or one later than that
 * @param bindings what it is bound to, oldest first
 * @param holds what keeps it, on itself, its mailbox or its account, oldest first
 * @param graceUntil end of the latest release grace; empty if there is none or it is over
 * @param upgrades plans under which it would stay longer, cheapest first
 */
public record Why(
        long copyId,
        Fate fate,
        String planName,
        Instant clock,
        boolean clockIsArrival,
        List<Bond> bindings,
        List<Hold> holds,
        Optional<Instant> graceUntil,
        List<Upgrade> upgrades) {

    public Why {
        bindings = List.copyOf(bindings);
        holds = List.copyOf(holds);
        upgrades = List.copyOf(upgrades);
    }

    /** One binding. */
    public record Bond(String kind, String reference, String by, Instant at) {}

    /**
     * What a plan would change, were it taken now.
     *
     * @param days how long it keeps; empty: without limit
     * @param leavesAt when the copy would go then; empty: never, as terms are dated now
     */
    public record Upgrade(String planCode, String planName, OptionalInt days, Optional<Instant> leavesAt) {}
}
