package org.holdfast.plan;

/**
 * Event, in the transaction of the change and before the account's row is locked: whoever changes rows below
 * the account when it is {@link PolicyChanged} locks them now.
 */
public record PolicyChanging(long accountId) {}
