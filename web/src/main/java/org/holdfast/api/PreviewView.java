package org.holdfast.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.retention.Kept;
import org.holdfast.retention.PreviewAge;
import org.holdfast.retention.PreviewMailbox;
import org.holdfast.retention.PreviewRequest;
import org.holdfast.retention.PreviewSample;
import org.holdfast.retention.PreviewStatus;
import org.holdfast.retention.StoredPreview;

/**
 * A stored preview as the API shows one.
 *
 * @param baselineAt what it is compared with: the same instant without the change, or for a date the request's
 * @param termsChanges the drafted changes that it supposes
 * @param planChange the plan that it supposes; null: none
 * @param totals so far, until it is READY
 * @param hash over its parameters and rows; null until it is READY
 */
public record PreviewView(
        String id,
        PreviewRequest.Kind kind,
        Instant asOf,
        Instant baselineAt,
        String scope,
        List<String> termsChanges,
        Optional<PlanChange> planChange,
        PreviewStatus status,
        String requestedBy,
        Instant requestedAt,
        Optional<Instant> endedAt,
        Progress progress,
        StoredPreview.Totals totals,
        Optional<String> hash,
        Optional<String> failure) {

    /** The plan that accounts would have; from plan: all that had it, null where accounts were named. */
    public record PlanChange(Optional<String> fromPlan, String toPlan, Instant from, Optional<Instant> until) {}

    /**
     * How far it is.
     *
     * @param accountsTotal null until they are counted
     * @param secondsLeft an estimate; null while there is none
     */
    public record Progress(
            Optional<Long> accountsTotal,
            long accountsDone,
            int percent,
            double accountsPerSecond,
            Optional<Long> secondsLeft) {}

    /** What it says of a mailbox; sync change: STOPS, RESUMES or null. */
    public record Mailbox(
            String accountId,
            String accountName,
            String mailboxId,
            String address,
            String planCode,
            long dueCopies,
            long dueBytes,
            long anywayCopies,
            long anywayBytes,
            Kept kept,
            Optional<PreviewMailbox.SyncChange> syncChange) {

        static Mailbox of(PreviewMailbox row) {
            return new Mailbox(
                    Id.of(row.accountId()),
                    row.accountName(),
                    Id.of(row.mailboxId()),
                    row.address(),
                    row.planCode(),
                    row.dueCopies(),
                    row.dueBytes(),
                    row.anywayCopies(),
                    row.anywayBytes(),
                    row.kept(),
                    row.syncChange());
        }
    }

    /** Copies of one plan and age; age days: the lower end. */
    public record Age(String planCode, int ageDays, long dueCopies, long dueBytes, long anywayCopies, Kept kept) {

        static Age of(PreviewAge age) {
            return new Age(
                    age.planCode(), age.ageDays(), age.dueCopies(), age.dueBytes(), age.anywayCopies(), age.kept());
        }
    }

    /** One of the due copies: never what was written in it. */
    public record Sample(String messageId, String accountId, String mailboxId, Instant clock, long sizeBytes) {

        static Sample of(PreviewSample sample) {
            return new Sample(
                    Id.of(sample.copyId()),
                    Id.of(sample.accountId()),
                    Id.of(sample.mailboxId()),
                    sample.clock(),
                    sample.sizeBytes());
        }
    }

    static PreviewView of(StoredPreview preview) {
        return new PreviewView(
                Id.of(preview.id()),
                preview.kind(),
                preview.asOf(),
                preview.baselineAt(),
                Scopes.of(preview.scope()),
                preview.termsChanges().stream().map(Id::of).toList(),
                preview.planChange().map(c -> new PlanChange(c.fromPlan(), c.toPlan(), c.from(), c.until())),
                preview.status(),
                preview.requestedBy(),
                preview.requestedAt(),
                preview.endedAt(),
                progress(preview.progress()),
                preview.totals(),
                preview.hash(),
                preview.failure());
    }

    private static Progress progress(StoredPreview.Progress progress) {
        return new Progress(
                progress.accountsTotal(),
                progress.accountsDone(),
                progress.percent(),
                progress.perSecond(),
                progress.timeLeft().map(Duration::toSeconds));
    }
}
