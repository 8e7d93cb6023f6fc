package org.holdfast.message;

/**
 * Which copies to list; null in a component: no condition.
 *
 * @param bound true: only bound copies, false: only unbound ones
 */
public record CopyFilter(Long accountId, Long mailboxId, Boolean bound) {

    /** All that the caller sees. */
    public static final CopyFilter ALL = new CopyFilter(null, null, null);
}
