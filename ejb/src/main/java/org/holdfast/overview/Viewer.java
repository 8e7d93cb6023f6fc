package org.holdfast.overview;

/**
 * An owner who asks: sees the own account, and of its mailboxes those that are theirs or shared with them.
 */
record Viewer(long account, long user) {}
