package org.holdfast.sync;

import java.util.Collection;
import org.jdbi.v3.core.Handle;

/** SQL of the connections that nodes keep between passes, which count for the caps of accounts and hosts. */
final class KeptRows {

    /** A node that has not been heard of for so long has no connections any more. */
    private static final int ALIVE_SECONDS = 60;

    private static final String KEEP = """
            WITH kept AS (
                SELECT m.account_id, lower(m.imap_host) AS host
                  FROM mailbox_sync k JOIN mailbox m ON m.id = k.mailbox_id
                  JOIN sync_node n ON n.name = k.kept_by AND n.alive_until > clock_timestamp()
                 WHERE k.mailbox_id <> :mailbox)
            UPDATE mailbox_sync s SET kept_by = :node FROM mailbox m
             WHERE s.mailbox_id = :mailbox AND m.id = :mailbox
               AND (SELECT count(*) FROM kept k WHERE k.account_id = m.account_id) < :perAccount
               AND (SELECT count(*) FROM kept k WHERE k.host = lower(m.imap_host)) < :perHost""";

    private final Handle handle;
    private final Leases.ClaimOrder order;

    KeptRows(Handle handle, Leases.ClaimOrder order) {
        this.handle = handle;
        this.order = order;
    }

    /** Says that this node lives. */
    void alive() {
        handle.createUpdate("INSERT INTO sync_node (name, alive_until) VALUES (:node,"
                        + " clock_timestamp() + :seconds * interval '1 second') ON CONFLICT (name) DO UPDATE"
                        + " SET alive_until = excluded.alive_until")
                .bind("node", order.owner())
                .bind("seconds", ALIVE_SECONDS)
                .execute();
    }

    /**
     * Takes a place for the connection of a mailbox that is leased here. Half of what accounts and hosts allow is
     * left to mailboxes whose connections are not kept: all of them get their turn.
     *
     * @return whether there was one
     */
    boolean keep(long mailboxId) {
        new Leases(handle).lockCounts();
        return handle.createUpdate(KEEP)
                        .bind("mailbox", mailboxId)
                        .bind("node", order.owner())
                        .bind("perAccount", order.perAccount() / 2)
                        .bind("perHost", order.perHost() / 2)
                        .execute()
                == 1;
    }

    /** Gives places back. */
    void release(Collection<Long> mailboxIds) {
        handle.createUpdate("UPDATE mailbox_sync SET kept_by = NULL WHERE mailbox_id IN (SELECT mailbox_id"
                        + " FROM mailbox_sync WHERE mailbox_id = ANY (:mailboxes) AND kept_by = :node"
                        + " ORDER BY mailbox_id FOR UPDATE)")
                .bindArray("mailboxes", Long.class, mailboxIds.toArray())
                .bind("node", order.owner())
                .execute();
    }

    /** Gives all places back: of an earlier life under the same name. */
    void releaseAll() {
        handle.createUpdate("UPDATE mailbox_sync SET kept_by = NULL WHERE mailbox_id IN (SELECT mailbox_id"
                        + " FROM mailbox_sync WHERE kept_by = :node ORDER BY mailbox_id FOR UPDATE)")
                .bind("node", order.owner())
                .execute();
    }

    /** Makes a mailbox due within a while: its connection was lost, as those of many may be at once. */
    void dueSoon(long mailboxId) {
        handle.createUpdate("UPDATE mailbox_sync SET due_at = least(due_at, clock_timestamp()"
                        + " + random() * interval '60 seconds') WHERE mailbox_id = :mailbox")
                .bind("mailbox", mailboxId)
                .execute();
    }
}
