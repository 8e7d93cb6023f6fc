package org.holdfast.retention;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.time.Clock;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Purges a range in the chunk's transaction. A range whose claim was lost in the meantime is left alone. */
@Named("sliceItemWriter")
@Dependent
public class SliceItemWriter extends AbstractItemWriter {

    private static final System.Logger LOG = System.getLogger(SliceItemWriter.class.getName());

    @Inject
    @BatchProperty(name = "run")
    private String run;

    @Inject
    @BatchProperty(name = "execution")
    private String execution;

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    @Inject
    private PurgeLeases leases;

    private PurgeOrder order;

    @Override
    public void writeItems(List<Object> ranges) {
        try {
            ranges.forEach(range -> purge((PurgeRange) range));
        } catch (RuntimeException e) {
            if (!Failure.isTransient(e)) {
                leases.failing(Long.parseLong(run), Integer.parseInt(execution), Failure.reason(e));
            }
            throw e;
        }
    }

    private void purge(PurgeRange range) {
        boolean held = jdbi.withHandle(h -> {
            if (order == null) {
                order = new RunRows(h).order(Long.parseLong(run));
            }
            return new RangePurge(h, order).purge(range, clock.instant());
        });
        if (!held) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "Purge run {0}: slice {1} went to another worker, this one takes the next",
                    run,
                    range.claim().slice());
        }
    }
}
