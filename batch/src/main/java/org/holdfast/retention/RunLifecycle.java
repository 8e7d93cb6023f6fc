package org.holdfast.retention;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
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
    private AuditTrail audit;

    /** Records a run as of an instant that has come; refused while another one is active. */
    public long record(PurgeScope scope, Instant asOf, String startedBy) {
        Instant now = DueRuleSql.precise(clock.instant());
        Instant at = asOf == null ? now : DueRuleSql.precise(asOf);
        if (at.isAfter(now)) {
            throw new Refusal(
                    Refusal.Kind.UNUSABLE,
                    "purge-as-of-in-future",
                    "A run cannot be as of " + at + ": it is " + now + ". Preview that instant instead");
        }
        PurgeOrder order = new PurgeOrder(
                0, scope, at, Setting.PURGE_WORKERS.intValue(1, 64), Setting.PURGE_CHUNK.intValue(1, 100_000));
        long run = jdbi.withHandle(h -> {
            requireScope(h, scope);
            RunRows runs = new RunRows(h);
            return runs.record(order, startedBy, now).orElseThrow(() -> alreadyRunning(runs));
        });
        audit.record(startedBy, "purge.start", subject(run), null, scope.kind() + " as of " + at);
        return run;
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
                throw alreadyRunning(runs);
            });
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

    private static void requireRun(Handle handle, long runId) {
        if (new RunReadings(handle).find(runId).isEmpty()) {
            throw Refusal.notFound("purge run", runId);
        }
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

    private static Refusal alreadyRunning(RunRows runs) {
        return new Refusal(
                Refusal.Kind.CONFLICT,
                "purge-already-running",
                "Purge run " + runs.active().map(Object::toString).orElse("of another node")
                        + " is active: wait for its end, or stop it");
    }

    private static String subject(long runId) {
        return "purge-run:" + runId;
    }
}
