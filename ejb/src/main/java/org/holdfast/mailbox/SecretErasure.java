package org.holdfast.mailbox;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Erases the secrets of mailboxes that the plan has not allowed for too long; their owners are asked again. */
public final class SecretErasure {

    private static final String ERASE = "WITH late AS (SELECT id FROM mailbox WHERE secret IS NOT NULL"
            + " AND plan_stopped_at <= :before AND state <> 'DISCONNECTED' ORDER BY plan_stopped_at LIMIT :most"
            + " FOR NO KEY UPDATE SKIP LOCKED),"
            + " gone AS (UPDATE mailbox m SET secret = NULL, secret_erased_at = :now FROM late WHERE m.id = late.id"
            + " RETURNING m.id, m.plan_stopped_at),"
            + " audit AS (INSERT INTO audit_event (at, actor, action, subject, reason) SELECT :now, 'plan',"
            + " 'mailbox.erase-secret', 'mailbox:' || id, 'Not allowed by the plan since ' || to_char(plan_stopped_at"
            + " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM gone)"
            + " SELECT id FROM gone";

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public SecretErasure(Handle handle) {
        this.handle = handle;
    }

    /**
     * Erases what is due; rows that another node erases at the same moment are passed over.
     *
     * @param kept how long a secret outlives its mailbox's permission
     * @return the mailboxes, up to {@code most}
     */
    public List<Long> erase(Instant now, Duration kept, int most) {
        return handle.createQuery(ERASE)
                .bind("before", now.minus(kept))
                .bind("now", now)
                .bind("most", most)
                .mapTo(Long.class)
                .list();
    }
}
