package org.holdfast.binding;

import java.util.Collection;
import org.jdbi.v3.core.Handle;

/**
 * Copies that came in and are to be shown to their account's binding rules. They are queued in the
 * transaction that stores them and taken up right after it: a rule neither slows nor fails an import, and
 * none is forgotten.
 */
public final class RuleArrivals {

    private RuleArrivals() {}

    /** Queues new copies of an account, if it has a rule. */
    public static void queue(Handle handle, long accountId, Collection<Long> copyIds) {
        handle.createUpdate("INSERT INTO rule_arrival (copy_id, account_id)"
                        + " SELECT id, :account FROM unnest(CAST(:ids AS bigint[])) AS id WHERE EXISTS"
                        + " (SELECT FROM binding_rule r WHERE r.account_id = :account AND r.enabled"
                        + " AND r.removed_at IS NULL) ON CONFLICT DO NOTHING")
                .bind("account", accountId)
                .bindArray("ids", Long.class, copyIds.toArray())
                .execute();
    }
}
