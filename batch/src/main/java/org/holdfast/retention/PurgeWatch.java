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
import java.time.Clock;
import java.util.Optional;
import org.holdfast.refusal.Refusal;
import org.holdfast.setting.Setting;

/**
 * Looks every ten seconds, on each node, for a run that lost its server and takes it up, and starts the
 * daily run when its time has come.
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
    private DailyClaims claims;

    @Inject
    private PurgeJobs jobs;

    @Inject
    private KeptCounts kept;

    @Inject
    private Clock clock;

    private Optional<DailyRun> daily = Optional.empty();

    @PostConstruct
    void readSetting() {
        daily = Setting.PURGE_AT.value().flatMap(DailyRun::parse);
    }

    @Schedule(hour = "*", minute = "*", second = "*/10", persistent = false)
    void look() {
        try {
            lifecycle.adopt().ifPresent(this::takeUp);
            if (daily.isPresent() && claims.claim(daily.get(), clock.instant())) {
                startDaily();
            }
            kept.count();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Purge runs could not be looked after; tried again in 10 s", e);
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

    private void startDaily() {
        try {
            jobs.run(lifecycle.record(PurgeScope.EVERYTHING, null, "schedule"), 1);
        } catch (Refusal e) {
            LOG.log(System.Logger.Level.WARNING, "The daily purge was not started: {0}", e.getMessage());
        }
    }
}
