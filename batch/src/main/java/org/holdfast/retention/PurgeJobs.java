package org.holdfast.retention;

import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.Properties;
import org.holdfast.refusal.Refusal;
import org.jdbi.v3.core.Jdbi;

/**
 * Hands executions of runs to the batch runtime; nothing else in Holdfast calls it. Each is a fresh job:
 * restarting a job that died with its server is not reliable, and not needed, as our rows know the place.
 */
@Stateless
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class PurgeJobs {

    @Inject
    private Jdbi jdbi;

    @Inject
    private RunLifecycle lifecycle;

    /** Starts workers on this node for an execution that is recorded and committed, unless they are at work. */
    public void run(long runId, int execution) {
        PurgeOrder order = jdbi.withHandle(h -> new RunRows(h).order(runId));
        if (!lifecycle.join(runId, execution, order.workerSlots())) {
            return;
        }
        Properties parameters = new Properties();
        parameters.setProperty("run", Long.toString(runId));
        parameters.setProperty("execution", Integer.toString(execution));
        parameters.setProperty("slots", Integer.toString(order.workerSlots()));
        try {
            JobOperator operator = BatchRuntime.getJobOperator();
            operator.start("retention-purge", parameters);
        } catch (BatchRuntimeException e) {
            lifecycle.fail(runId, execution, "The batch runtime did not start the job: " + Failure.reason(e));
            throw new Refusal(
                    Refusal.Kind.UNAVAILABLE,
                    "purge-not-started",
                    "The server's batch runtime did not start the run: " + Failure.reason(e) + ". Restart run " + runId
                            + " when that is mended",
                    e);
        }
    }
}
