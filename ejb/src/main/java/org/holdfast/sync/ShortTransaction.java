package org.holdfast.sync;

import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Runs database work in a transaction of its own, committed on return, rolled back on any exception. The
 * container's in the application, Jdbi's where there is none.
 */
@FunctionalInterface
public interface ShortTransaction {

    <T> T call(Function<Handle, T> work);
}
