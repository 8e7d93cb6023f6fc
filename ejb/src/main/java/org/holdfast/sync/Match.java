package org.holdfast.sync;

import org.holdfast.message.Flags;

/**
 * A copy and the original that it is of.
 *
 * @param uid the number that the original has now
 * @param size RFC822.SIZE; 0 if that is not known
 */
record Match(HomelessCopy copy, long uid, long size, Flags flags) {}
