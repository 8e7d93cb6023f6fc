package org.holdfast.account;

/**
 * Which accounts to list.
 *
 * @param name what their names begin with, in any case; null: any
 * @param planCode only those that have this plan now; null: any
 * @param paused only those with a mailbox that the plan paused
 */
public record AccountFilter(String name, String planCode, boolean paused) {

    /** All that the caller sees. */
    public static final AccountFilter ALL = new AccountFilter(null, null, false);
}
