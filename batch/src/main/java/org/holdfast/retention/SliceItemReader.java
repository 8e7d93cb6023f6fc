package org.holdfast.retention;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import org.jdbi.v3.core.Jdbi;

/**
 * Reads the ranges of one worker slot. Its place is in our rows only; the checkpoint that the batch
 * runtime keeps is never looked at.
 */
@Named("sliceItemReader")
@Dependent
public class SliceItemReader extends AbstractItemReader {

    @Inject
    @BatchProperty(name = "run")
    private String run;

    @Inject
    @BatchProperty(name = "execution")
    private String execution;

    @Inject
    @BatchProperty(name = "slot")
    private String slot;

    @Inject
    private Jdbi jdbi;

    @Inject
    private PurgeLeases leases;

    private SlotReader reader;

    @Override
    public void open(Serializable checkpoint) {
        reader = new SlotReader(new PurgeSlot(Long.parseLong(run), Integer.parseInt(execution), slot), jdbi, leases);
    }

    /** The next range; null when the run has nothing left for this slot, or is to stop. */
    @Override
    public PurgeRange readItem() throws InterruptedException {
        try {
            return reader.next();
        } catch (RuntimeException e) {
            if (!Failure.isTransient(e)) {
                leases.failing(Long.parseLong(run), Integer.parseInt(execution), Failure.reason(e));
            }
            throw e;
        }
    }
}
