package org.holdfast.retention;

/**
 * What a hold would keep if it were placed now; nothing was changed to find out.
 *
 * @param copies copies that it means
 * @param newlyKept of these, those that no binding and no other hold keeps
 * @param bytes size of all of them
 */
public record HoldPreview(long copies, long newlyKept, long bytes) {}
