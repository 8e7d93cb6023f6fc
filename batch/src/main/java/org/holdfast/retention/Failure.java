package org.holdfast.retention;

import java.sql.SQLException;

/** Tells failures that a fresh execution may well get past from those that a person must look at. */
final class Failure {

    private Failure() {}

    /**
     * Whether the database went away, shut down, ran out of something or undid the transaction in favour of
     * another one: SQLSTATE classes 08, 40, 53, 57 and 58; or a pool had no connection to give, which it says
     * without a SQLSTATE. A run that fails for good all the same is given up after a few adoptions.
     */
    static boolean isTransient(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && (sql.getSQLState() == null || sql.getSQLState().matches("(08|40|53|57|58).*"))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a lock was not to be had in time, or only by waiting in a circle: SQLSTATE 55P03, 40P01. */
    static boolean isLockTimeout(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && ("55P03".equals(sql.getSQLState()) || "40P01".equals(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    /** The innermost message, with its type where that alone says something. */
    static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
