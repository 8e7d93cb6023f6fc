package org.holdfast.overview;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Everything the overview shows, read at one instant.
 *
 * @param accounts how many accounts there are that the caller sees
 * @param countedAt as of when copies and days were counted: where there are many, some minutes ago
 * @param lastPurge empty before the first run
 * @param changes the next dated changes, soonest first, few
 * @param attention worst first, then oldest first, at most {@value #MOST_ATTENTION}
 * @param attentionInAll how many there are in all
 * @param days the last {@value #DAYS_BACK} days, oldest first, none left out
 */
public record Situation(
        Instant asOf,
        long accounts,
        MailboxCounts mailboxes,
        CopyCounts copies,
        Instant countedAt,
        Optional<LastPurge> lastPurge,
        List<DatedChange> changes,
        List<Attention> attention,
        long attentionInAll,
        List<DayOfCopies> days) {

    public static final int MOST_ATTENTION = 20;

    public static final int DAYS_BACK = 30;

    public Situation {
        changes = List.copyOf(changes);
        attention = List.copyOf(attention);
        days = List.copyOf(days);
    }

    /** Whether nothing was ever connected. */
    public boolean isEmpty() {
        return mailboxes.connected() == 0 && copies.all() == 0 && lastPurge.isEmpty();
    }
}
