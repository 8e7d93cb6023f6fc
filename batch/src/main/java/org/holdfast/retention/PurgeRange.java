package org.holdfast.retention;

import java.util.List;

/**
 * The item of the purge step: a range of keys, not a copy. What is in it is decided when it is purged.
 *
 * @param claim the slice and the right to work on it
 * @param after where the slice's cursor stands, exclusive
 * @param upTo where it will stand, inclusive
 * @param accounts accounts with candidates in the range
 * @param candidates copies that were due when the range was read, at most the chunk size
 * @param last whether nothing due lay behind it in the slice
 */
public record PurgeRange(
        SliceClaim claim, CopyKey after, CopyKey upTo, List<Long> accounts, int candidates, boolean last) {

    public PurgeRange {
        accounts = List.copyOf(accounts);
    }
}
