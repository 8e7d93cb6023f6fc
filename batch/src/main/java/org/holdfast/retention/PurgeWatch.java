package org.holdfast.retention;

import jakarta.annotation.PostConstruct;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Looks every five seconds, on each node, after the runs of all nodes: one that lost its server is taken up, the
 * schedule and its time window are kept, the next of the waiting ones begins, and this node's workers join a run
 * that another node began.
 */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.CONTAINER)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class PurgeWatch {

    private static final System.Logger LOG = System.getLogger(PurgeWatch.class.getName());

    @Inject
    private RunLifecycle lifecycle;

    @Inject
    private ScheduledRuns scheduled;

    @Inject
    private PurgeJobs jobs;

    @Inject
    private KeptCounts kept;

    private Optional<RunSchedule> schedule = Optional.empty();
    private TimeWindow window;

    @PostConstruct
    void readSettings() {
        schedule = RunSchedule.configured();
        window = TimeWindow.configured();
    }

    @Schedule(hour = "*", minute = "*", second = "*/5", persistent = false)
    void look() {
        attempt("adopted", () -> lifecycle.adopt().ifPresent(this::takeUp));
        attempt("held to the time window", () -> {
            scheduled.closeWindow(window);
            scheduled.openWindow(window).ifPresent(this::begin);
        });
        attempt("started by the schedule", () -> schedule.flatMap(times -> scheduled.start(times, window))
                .ifPresent(run -> begin(new RunPlace(run, 1))));
        attempt("begun in their turn", () -> lifecycle.promote().ifPresent(this::begin));
        attempt("joined", () -> lifecycle.joinable().ifPresent(this::begin));
        attempt("counted", kept::count);
    }

    /** One thing that goes wrong does not keep the others from being looked after. */
    private static void attempt(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Purge runs could not be " + what + "; tried again in 5 s", e);
        }
    }

    private void takeUp(AdoptedRun run) {
        LOG.log(
                System.Logger.Level.INFO,
                "Purge run {0} lost its server: {1} here as execution {2}",
                run.runId(),
                run.status(),
                run.execution());
        if (run.status() == PurgeStatus.RUNNING) {
            jobs.run(run.runId(), run.execution());
        }
    }

    private void begin(RunPlace place) {
        jobs.run(place.runId(), place.execution());
    }
}
