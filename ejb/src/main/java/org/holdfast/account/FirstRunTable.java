package org.holdfast.account;

import org.jdbi.v3.core.Handle;

/** The one row that opens the door to the first administrator. */
class FirstRunTable {

    private final Handle handle;

    FirstRunTable(Handle handle) {
        this.handle = handle;
    }

    /**
     * Offers a token, unless there is an administrator or another start offered one within the last five
     * minutes. Starts at the same time wait for each other here: one offer holds.
     *
     * @return whether this one holds now
     */
    boolean offer(byte[] sha256) {
        return handle.createUpdate("INSERT INTO first_run_token (hash, created_at)"
                                + " SELECT :hash, clock_timestamp() WHERE NOT EXISTS (SELECT FROM app_user"
                                + "  WHERE role = 'ADMINISTRATOR' AND disabled_at IS NULL)"
                                + " ON CONFLICT (only_row) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at"
                                + " WHERE first_run_token.created_at < clock_timestamp() - interval '5 minutes'")
                        .bind("hash", sha256)
                        .execute()
                == 1;
    }

    /** Uses the token up; of several that try at once one succeeds. */
    boolean consume(byte[] sha256) {
        return handle.createUpdate("DELETE FROM first_run_token WHERE hash = :hash")
                        .bind("hash", sha256)
                        .execute()
                == 1;
    }

    boolean hasAdministrator() {
        return handle.createQuery(
                        "SELECT EXISTS (SELECT FROM app_user WHERE role = 'ADMINISTRATOR' AND disabled_at IS NULL)")
                .mapTo(Boolean.class)
                .one();
    }
}
