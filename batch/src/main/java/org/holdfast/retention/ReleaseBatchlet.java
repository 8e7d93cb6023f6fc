package org.holdfast.retention;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * Last step: releases the content of what was purged. Should it fail, the run has ended well all the same:
 * {@link ContentWatch} releases later what is left.
 */
@Named("releaseBatchlet")
@Dependent
public class ReleaseBatchlet extends AbstractBatchlet {

    private static final System.Logger LOG = System.getLogger(ReleaseBatchlet.class.getName());
    private static final long IDLE_MILLIS = 200;

    @Inject
    @BatchProperty(name = "run")
    private String run;

    @Inject
    @BatchProperty(name = "execution")
    private String execution;

    @Inject
    private ContentRelease release;

    @Inject
    private PurgeLeases leases;

    @Override
    public String process() throws InterruptedException {
        long id = Long.parseLong(run);
        Runnable beat = () -> leases.heartbeat(id, Integer.parseInt(execution));
        ContentSweep sweep = new ContentSweep(release, beat, executor());
        try {
            // Another node may be at what earlier runs have left: it is soon done.
            while (!sweep.sweep(Optional.of(id))) {
                beat.run();
                Thread.sleep(IDLE_MILLIS);
            }
            return "RELEASED";
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Content of purge run " + run + " is released later", e);
            return "LEFT";
        }
    }

    @SuppressWarnings("BanJNDI") // the name is a constant
    private static Executor executor() {
        try {
            return (Executor) new InitialContext().lookup("java:comp/DefaultManagedExecutorService");
        } catch (NamingException e) {
            LOG.log(System.Logger.Level.INFO, "No executor: content is released by one thread", e);
            return task -> {};
        }
    }
}
