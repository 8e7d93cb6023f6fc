package org.holdfast.retention;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Properties;
import java.util.stream.IntStream;

/**
 * Makes a partition of each worker slot. What a slot works on it claims itself, so partitions carry no
 * place of their own, and those of an earlier execution are of no use: they are overridden.
 */
@Named("slotMapper")
@Dependent
public class SlotMapper implements PartitionMapper {

    @Inject
    @BatchProperty(name = "slots")
    private String slots;

    @Override
    public PartitionPlan mapPartitions() {
        int count = Integer.parseInt(slots);
        PartitionPlanImpl plan = new PartitionPlanImpl();
        plan.setPartitions(count);
        plan.setThreads(count);
        plan.setPartitionsOverride(true);
        plan.setPartitionProperties(
                IntStream.rangeClosed(1, count).mapToObj(SlotMapper::slot).toArray(Properties[]::new));
        return plan;
    }

    private static Properties slot(int number) {
        Properties properties = new Properties();
        properties.setProperty("slot", Integer.toString(number));
        return properties;
    }
}
