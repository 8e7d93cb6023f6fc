package org.holdfast.retention;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.listener.AbstractJobListener;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/**
 * Ends the run when the job ends, in the way that our rows say: everything done seals it, a request
 * stopped it, a reason that a person must look at failed it. Otherwise (the database went away, the
 * server shuts down) the run stays active, and a live node takes it up.
 */
@Named("runListener")
@Dependent
public class RunListener extends AbstractJobListener {

    private static final System.Logger LOG = System.getLogger(RunListener.class.getName());

    @Inject
    @BatchProperty(name = "run")
    private String run;

    @Inject
    @BatchProperty(name = "execution")
    private String execution;

    @Inject
    private RunLifecycle lifecycle;

    @Inject
    private PurgeJobs jobs;

    @Inject
    private JobContext job;

    @Override
    public void afterJob() {
        String outcome = lifecycle
                .end(Long.parseLong(run), Integer.parseInt(execution))
                .map(PurgeStatus::name)
                .orElse("TO_BE_ADOPTED");
        lifecycle.promote().ifPresent(place -> jobs.run(place.runId(), place.execution()));
        job.setExitStatus(outcome);
        LOG.log(System.Logger.Level.INFO, "Purge run {0}, execution {1}: {2}", run, execution, outcome);
    }
}
