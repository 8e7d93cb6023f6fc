package org.holdfast.retention;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.holdfast.clock.BusinessClock;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.AuditTrail;
import org.holdfast.setting.Setting;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The steps in the life of a run, each one transaction with its audit event, committed before the batch
 * runtime hears of it. Asks for no caller: people come through {@link PurgeRuns}.
 */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class RunLifecycle {

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    @Inject
    private BusinessClock business;

    @Inject
    private AuditTrail audit;

    /** Records a run as of an instant that has come; it waits for one that it does not overlap. */
    public long record(PurgeRequest wanted, String startedBy) {
        Instant now = DueRuleSql.precise(clock.instant());
        RunRequest request = request(wanted, now);
        long run = jdbi.withHandle(h -> {
            requireScope(h, wanted.scope());
            requirePreview(h, request);
            return new RunQueue(h).record(request, startedBy, now).orElseThrow(() -> alreadyRunning(h, request));
        });
        String details = wanted.scope().kind() + " as of " + request.asOf()
                + wanted.previewId().map(id -> ", preview " + id).orElse("");
        audit.record(startedBy, "purge.start", subject(run), null, details);
        return run;
    }

    /** What a run would find, with its own statements; what they write ends with the transaction. */
    public RunForecast forecast(PurgeRequest wanted) {
        Instant now = DueRuleSql.precise(clock.instant());
        RunRequest request = request(wanted, now);
        return jdbi.withHandle(h -> {
            requireScope(h, wanted.scope());
            requirePreview(h, request);
            return new RunPlan(h).forecast(request, now);
        });
    }

    private RunRequest request(PurgeRequest wanted, Instant now) {
        Instant at = wanted.asOf().map(DueRuleSql::precise).orElse(now);
        if (at.isAfter(now)) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "purge-as-of-in-future",
                    "A run cannot be as of " + at + ": it is " + now + ". Preview that instant instead");
        }
        return new RunRequest(
                wanted.scope(),
                at,
                wanted.previewId(),
                wanted.place(),
                false,
                RunLimits.configured(business.isAdjustable(), wanted.copiesPerSecond()));
    }

    /** Notes that this node begins with its workers; false if they are at work. */
    public boolean join(long runId, int execution, int slots) {
        return jdbi.withHandle(h -> new RunWorkers(h).join(runId, execution, NodeName.get(), slots));
    }

    /** A run under way to which this node could bring its workers. */
    public Optional<RunPlace> joinable() {
        return jdbi.withHandle(h -> new RunWorkers(h).joinable(NodeName.get()));
    }

    /** The waiting run that is next, if no run is active; its workers have to be started. */
    public Optional<RunPlace> promote() {
        return jdbi.withHandle(h -> new RunQueue(h).promote().map(new RunRows(h)::place));
    }

    /**
     * Lets a held run go ahead.
     *
     * @return its new execution if it is to be started now; empty if it waits for another run
     */
    public Optional<RunPlace> approve(long runId, String actor) {
        Instant now = DueRuleSql.precise(clock.instant());
        Optional<RunPlace> started = jdbi.withHandle(h -> {
            PurgeRun run = requireRun(h, runId);
            if (run.status() != PurgeStatus.HELD) {
                throw new Refusal(
                        Refusal.Kind.CONFLICT, "purge-not-held", "Purge run " + runId + " does not wait for approval");
            }
            boolean second =
                    Setting.PURGE_APPROVAL.value().filter("off"::equals).isEmpty();
            if (second && run.startedBy().equals(actor)) {
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "second-person-needed",
                        "You started run " + runId + ": another administrator has to approve it");
            }
            new RunRows(h).approve(runId, actor, now);
            return Optional.of(new RunRows(h).place(runId))
                    .filter(place -> requireRun(h, runId).status().isActive());
        });
        audit.record(actor, "purge.approve", subject(runId), null, null);
        return started;
    }

    /** Gives up a run that waits. */
    public void cancel(long runId, String actor) {
        Instant now = DueRuleSql.precise(clock.instant());
        jdbi.useHandle(h -> {
            requireRun(h, runId);
            if (!new RunRows(h).cancel(runId, actor, now)) {
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "purge-not-waiting",
                        "Purge run " + runId + " is neither held nor waiting: stop it if it is running");
            }
        });
        audit.record(actor, "purge.cancel", subject(runId), null, null);
    }

    /** Cuts the slices of a run. */
    public void plan(long runId, int execution) {
        jdbi.useHandle(h -> new RunRows(h).plan(runId, execution));
    }

    /** Ends an execution in the way that its rows say. */
    public Optional<PurgeStatus> end(long runId, int execution) {
        Optional<PurgeStatus> ended =
                jdbi.withHandle(h -> new RunRows(h).end(runId, execution, DueRuleSql.precise(clock.instant())));
        ended.ifPresent(status -> recordEnd(runId, status));
        return ended;
    }

    /** Ends an execution that the batch runtime would not start. */
    public void fail(long runId, int execution, String reason) {
        jdbi.useHandle(h -> new RunRows(h).failing(runId, execution, reason));
        end(runId, execution);
    }

    /** Sets how fast a run may be; its workers hear of it with their next sign of life. */
    public void rate(long runId, Optional<Integer> copiesPerSecond, String actor) {
        if (copiesPerSecond.filter(rate -> rate < 1).isPresent()) {
            throw new Refusal(
                    Refusal.Kind.INVALID,
                    "purge-rate-out-of-range",
                    "A run purges 1 copy a second or more; stop it instead");
        }
        jdbi.useHandle(h -> {
            requireRun(h, runId);
            if (!new RunRows(h).rate(runId, copiesPerSecond)) {
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "purge-ended",
                        "Purge run " + runId + " has ended: its rate is of no use");
            }
        });
        String rate = copiesPerSecond.map(limit -> limit + " copies a second").orElse("no limit");
        audit.record(actor, "purge.rate", subject(runId), null, rate);
    }

    /** Asks a run to stop. */
    public void stop(long runId, String actor) {
        jdbi.useHandle(h -> {
            requireRun(h, runId);
            if (!new RunRows(h).stop(runId)) {
                throw new Refusal(
                        Refusal.Kind.CONFLICT, "purge-not-running", "Purge run " + runId + " has ended already");
            }
        });
        audit.record(actor, "purge.stop", subject(runId), null, null);
    }

    /**
     * Takes an ended run up again.
     *
     * @return the number of its new execution
     */
    public int restart(long runId, String actor) {
        int execution = jdbi.withHandle(h -> {
            requireRun(h, runId);
            RunRows runs = new RunRows(h);
            runs.active().filter(active -> active != runId).ifPresent(active -> {
                throw alreadyRunning(active);
            });
            runs.unschedule(runId);
            return runs.restart(runId)
                    .orElseThrow(() -> new Refusal(
                            Refusal.Kind.CONFLICT,
                            "purge-not-restartable",
                            "Only a stopped or failed run can be restarted; start a new one instead of " + runId));
        });
        audit.record(actor, "purge.restart", subject(runId), null, "execution " + execution);
        return execution;
    }

    /** Takes up a run whose server is gone. */
    public Optional<AdoptedRun> adopt() {
        Optional<AdoptedRun> adopted = jdbi.withHandle(h -> new RunRows(h).adopt(DueRuleSql.precise(clock.instant())));
        adopted.ifPresent(run -> {
            if (run.status() == PurgeStatus.RUNNING) {
                String details = "execution " + run.execution();
                audit.record("node " + NodeName.get(), "purge.adopt", subject(run.runId()), null, details);
            } else {
                recordEnd(run.runId(), run.status());
            }
        });
        return adopted;
    }

    private void recordEnd(long runId, PurgeStatus status) {
        PurgeRun run = jdbi.withHandle(h -> new RunReadings(h).find(runId)).orElseThrow();
        String details = run.purgedCopies() + " copies, " + run.purgedBytes() + " bytes"
                + run.failure().map(reason -> ": " + reason).orElse("");
        String action = "purge." + status.name().toLowerCase(Locale.ROOT);
        audit.record("node " + NodeName.get(), action, subject(runId), null, details);
    }

    private static PurgeRun requireRun(Handle handle, long runId) {
        return new RunReadings(handle).find(runId).orElseThrow(() -> Refusal.notFound("purge run", runId));
    }

    private static void requirePreview(Handle handle, RunRequest request) {
        request.previewId().ifPresent(id -> {
            StoredPreview preview =
                    new PreviewRepository(handle).find(id).orElseThrow(() -> Refusal.notFound("preview", id));
            if (preview.status() != PreviewStatus.READY) {
                throw new Refusal(
                        Refusal.Kind.CONFLICT,
                        "preview-not-ready",
                        "Preview " + id + " is " + preview.status() + ": a run is held to one that is READY");
            }
            if (preview.asOf().isAfter(request.asOf())) {
                throw new Refusal(
                        Refusal.Kind.UNUSABLE,
                        "preview-of-later-instant",
                        "Preview " + id + " is as of " + preview.asOf() + ", later than the run: run it then");
            }
        });
    }

    private static void requireScope(Handle handle, PurgeScope scope) {
        String table =
                switch (scope.kind()) {
                    case EVERYTHING -> "";
                    case PLAN -> "plan WHERE code = :ref";
                    case ACCOUNT -> "account WHERE id::text = :ref";
                    case MAILBOX -> "mailbox WHERE id::text = :ref";
                };
        boolean exists = table.isEmpty()
                || handle.createQuery("SELECT EXISTS (SELECT FROM " + table + ")")
                        .bind("ref", scope.reference())
                        .mapTo(Boolean.class)
                        .one();
        if (!exists) {
            throw Refusal.notFound(scope.kind().name().toLowerCase(Locale.ROOT), scope.reference());
        }
    }

    private static Refusal alreadyRunning(Handle handle, RunRequest request) {
        return alreadyRunning(new RunQueue(handle)
                .overlapping(request.scope(), request.asOf())
                .orElse(0L));
    }

    private static Refusal alreadyRunning(long runId) {
        return new Refusal(
                Refusal.Kind.CONFLICT,
                "purge-already-running",
                "Purge run " + runId + " has copies in common with this one: wait for its end, stop or cancel it");
    }

    private static String subject(long runId) {
        return "purge-run:" + runId;
    }
}
