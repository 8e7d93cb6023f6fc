package org.holdfast.retention;

/**
 * The right to work on a preview for a while.
 *
 * @param token rises with every claim; what works under an older one stores nothing
 */
record PreviewLease(long previewId, long token) {}
