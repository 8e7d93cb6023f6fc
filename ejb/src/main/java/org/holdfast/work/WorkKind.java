package org.holdfast.work;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** Does one kind of long work; beans that implement it are found by their code. */
public interface WorkKind {

    /** What rows call it, such as {@code rule-trial}. */
    String code();

    /** How much there is to do; asked once, in the first step's transaction. */
    long total(Handle handle, LongWork work);

    /**
     * Does the next piece, some tenths of a second of it, in the transaction of the handle; progress and cursor
     * move in the same one. Must not call anything remote.
     */
    WorkStep step(Handle handle, LongWork work, Instant now);
}
