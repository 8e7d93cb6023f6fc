package org.holdfast.retention;

/**
 * Entries of a slice whose content is still to be released.
 *
 * @param after the last entry that was looked after, 0 for none
 * @param upTo the last one there is
 */
public record SlicePart(long runId, int slice, int after, int upTo) {}
