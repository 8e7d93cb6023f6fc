package org.holdfast.retention;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** First step: counts what is due and cuts it into slices, unless an earlier execution did. */
@Named("planBatchlet")
@Dependent
public class PlanBatchlet extends AbstractBatchlet {

    @Inject
    @BatchProperty(name = "run")
    private String run;

    @Inject
    @BatchProperty(name = "execution")
    private String execution;

    @Inject
    private RunLifecycle lifecycle;

    @Inject
    private PurgeLeases leases;

    @Override
    public String process() {
        try {
            lifecycle.plan(Long.parseLong(run), Integer.parseInt(execution));
            return "PLANNED";
        } catch (RuntimeException e) {
            if (!Failure.isTransient(e)) {
                leases.failing(Long.parseLong(run), Integer.parseInt(execution), Failure.reason(e));
            }
            throw e;
        }
    }
}
