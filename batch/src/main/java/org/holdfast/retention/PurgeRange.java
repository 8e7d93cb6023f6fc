package org.holdfast.retention;

import java.util.List;

/**
 * The item of the purge step: a chunk of copies, not a copy. What is in it is decided when it is purged.
 *
 * @param claim the slice and the right to work on it
 * @param next where the slice stands: the number that its next chunk has at least
 * @param chunk the number of the chunk; of one without candidates that of {@code next}
 * @param accounts accounts with candidates in the chunk
 * @param candidates copies that were due when the run looked; none: the slice has no further chunk
 * @param last whether the slice has none behind it in this sweep
 */
public record PurgeRange(SliceClaim claim, int next, int chunk, List<Long> accounts, int candidates, boolean last) {

    public PurgeRange {
        accounts = List.copyOf(accounts);
    }
}
