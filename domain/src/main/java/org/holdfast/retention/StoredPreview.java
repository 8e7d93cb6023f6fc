package org.holdfast.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A preview as it stands now; one that is READY never changes.
 *
 * @param asOf the instant of the due rule
 * @param baselineAt what it is compared with: the same instant without the change, or for a preview of a date
 *     the instant of the request
 * @param termsChanges ids of the drafted changes that it supposes, ascending
 * @param planChange the plan that it supposes; the accounts themselves are not in it
 * @param requestedAt and endedAt by the business clock
 * @param lastCopy copies with a greater id came after it began; absent until it began
 * @param totals so far, while it is not READY
 * @param hash hexadecimal SHA-256 over its parameters and rows; absent until it is READY
 * @param failure why it failed; absent otherwise
 */
public record StoredPreview(
        long id,
        PreviewRequest.Kind kind,
        Instant asOf,
        Instant baselineAt,
        PurgeScope scope,
        List<Long> termsChanges,
        Optional<PlanChange> planChange,
        PreviewStatus status,
        String requestedBy,
        Instant requestedAt,
        Optional<Instant> endedAt,
        Optional<Long> lastCopy,
        Progress progress,
        Totals totals,
        Optional<String> hash,
        Optional<String> failure) {

    public StoredPreview {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(status);
        termsChanges = List.copyOf(termsChanges);
    }

    /**
     * The plan that accounts would have.
     *
     * @param fromPlan every account that had this plan; absent where accounts were named
     */
    public record PlanChange(Optional<String> fromPlan, String toPlan, Instant from, Optional<Instant> until) {}

    /**
     * How far it is.
     *
     * @param accountsTotal absent until they are counted
     * @param perSecond accounts in a second of work; 0 until there is something to measure
     * @param timeLeft an estimate at that rate; absent while there is none
     */
    public record Progress(
            Optional<Long> accountsTotal, long accountsDone, double perSecond, Optional<Duration> timeLeft) {

        /** 0 to 100. */
        public int percent() {
            return accountsTotal
                    .map(total -> total == 0 ? 100 : (int) Math.min(100, 100 * accountsDone / total))
                    .orElse(0);
        }
    }

    /**
     * What it found.
     *
     * @param accountsTouched accounts that lose copies by it which would stay otherwise, or have a mailbox that
     *     stops or resumes
     * @param copies due and kept together
     * @param anywayCopies of the due ones those that are due at the baseline too
     */
    public record Totals(
            long accountsTouched,
            long mailboxes,
            long mailboxesStopping,
            long mailboxesResuming,
            long copies,
            long dueCopies,
            long dueBytes,
            long anywayCopies,
            long anywayBytes,
            Kept kept) {

        /** Due copies that would stay otherwise. */
        public long byChange() {
            return dueCopies - anywayCopies;
        }
    }

    public boolean isReady() {
        return status == PreviewStatus.READY;
    }
}
