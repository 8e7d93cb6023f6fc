package org.holdfast.account;

import java.util.List;
import org.holdfast.refusal.Refusal;
import org.jdbi.v3.core.Handle;

/** The administrators who can come in, of whom one is always left. */
final class Administrators {

    private final Handle handle;

    /** Works in the transaction of the handle, READ COMMITTED. */
    Administrators(Handle handle) {
        this.handle = handle;
    }

    /**
     * Locks all of them, in one order, until the transaction ends: whoever disables one waits for whoever disables
     * another, and then sees who is left. Called before a user is locked.
     *
     * @throws Refusal CONFLICT {@code last-administrator} if only this one is left
     */
    void requireAnotherThan(long userId) {
        List<Long> enabled = handle.createQuery("SELECT id FROM app_user WHERE role = 'ADMINISTRATOR'"
                        + " AND disabled_at IS NULL ORDER BY id FOR NO KEY UPDATE")
                .mapTo(Long.class)
                .list();
        if (enabled.equals(List.of(userId))) {
            throw new Refusal(
                    Refusal.Kind.CONFLICT,
                    "last-administrator",
                    "This is the last administrator who can come in; make or enable another one first");
        }
    }
}
