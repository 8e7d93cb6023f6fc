package org.holdfast.mailbox;

import java.util.ArrayList;
import java.util.List;

/**
 * What a look at the plan changed.
 *
 * @param paused mailboxes that the plan stopped
 * @param resumed mailboxes that are synchronised again
 */
public record Followed(List<Long> paused, List<Long> resumed) {

    /** Nothing was changed. */
    public static final Followed NOTHING = new Followed(List.of(), List.of());

    public Followed {
        paused = List.copyOf(paused);
        resumed = List.copyOf(resumed);
    }

    Followed and(Followed other) {
        List<Long> allPaused = new ArrayList<>(paused);
        allPaused.addAll(other.paused);
        List<Long> allResumed = new ArrayList<>(resumed);
        allResumed.addAll(other.resumed);
        return new Followed(allPaused, allResumed);
    }
}
