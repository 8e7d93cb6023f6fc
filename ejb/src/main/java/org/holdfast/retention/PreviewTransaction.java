package org.holdfast.retention;

import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Runs work on a preview in a transaction of its own, committed on return, rolled back on any exception. The
 * container's in the application, Jdbi's where there is none.
 */
@FunctionalInterface
public interface PreviewTransaction {

    <T> T call(Function<Handle, T> work);
}
