package org.holdfast.retention;

import java.util.Optional;

/**
 * How far a run is in one range of copies.
 *
 * @param number from 1
 * @param firstCopy and lastCopy: the ids in it that were due, both ends included
 * @param dueCopies what was due in it when the run looked first
 * @param sweep 1, or 2 while it returns for copies that were locked the first time
 * @param skippedCopies met and left in the present sweep; after the last one: left over
 * @param entries ledger entries so far
 * @param worker who works on it now; absent while nobody does
 */
public record SliceProgress(
        int number,
        long firstCopy,
        long lastCopy,
        long dueCopies,
        int sweep,
        boolean done,
        long purgedCopies,
        long purgedBytes,
        long skippedCopies,
        int entries,
        Optional<String> worker) {}
