package org.holdfast.run.demo;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A plan as the demonstration uses it, with the days that the shipped terms keep unbound copies from
 * 2019-05-01 on: written down here a second time on purpose, to judge what the product does.
 *
 * @param days that unbound copies stay
 * @param until when the subscription ends by itself; empty: it does not
 */
record DemoPlan(String code, int days, boolean syncs, Optional<Instant> until) {

    static final List<DemoPlan> ALL = List.of(
            new DemoPlan("FREE", 0, false, Optional.empty()),
            new DemoPlan("CRM_PLUS", 30, true, Optional.empty()),
            new DemoPlan("DEMO", 30, true, Optional.of(Instant.parse("2019-06-15T00:00:00Z"))),
            new DemoPlan("STANDARD", 60, true, Optional.empty()),
            new DemoPlan("PROFESSIONAL", 90, true, Optional.empty()),
            new DemoPlan("NFR", 90, true, Optional.empty()));

    /** The plan's code as a host name has it. */
    String host() {
        return code.toLowerCase(java.util.Locale.ROOT).replace('_', '-') + ".example";
    }
}
