package org.holdfast.plan;

import java.time.Duration;
import java.util.Objects;

/**
 * What a plan grants, whenever it applies.
 *
 * @param syncs whether mailboxes may be synchronised
 * @param retention how long unbound copies stay
 * @param grace what a copy stays at least after its last binding or hold went; whole days, 0 to 365
 * @param mailboxesPerUser personal mailboxes of one user
 * @param sharedMailboxes shared mailboxes of the account
 */
public record Grant(
        boolean syncs,
        RetentionPeriod retention,
        Duration grace,
        Allowance mailboxesPerUser,
        Allowance sharedMailboxes) {

    public Grant {
        Objects.requireNonNull(retention);
        Objects.requireNonNull(mailboxesPerUser);
        Objects.requireNonNull(sharedMailboxes);
        if (grace.isNegative() || grace.compareTo(Duration.ofDays(365)) > 0 || grace.toSeconds() % 86_400 != 0) {
            throw new IllegalArgumentException("A release grace has 0 to 365 whole days, not " + grace);
        }
    }
}
