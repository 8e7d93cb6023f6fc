package org.holdfast.event;

import jakarta.json.JsonObject;
import java.util.Collection;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Records events in the transaction of a handle: they are told if it commits, and only then. Where nobody
 * subscribes, nothing is written.
 */
public final class Events {

    /** The account of events that belong to the installation. */
    public static final long INSTALLATION = 0;

    private Events() {}

    /**
     * Records one event.
     *
     * @param accountId whose it is, or {@link #INSTALLATION}
     * @param subject what is told in order, such as {@code mailbox:7}
     * @param payload ids and states; never anything of a message's content, which would outlive its purge
     */
    public static void record(Handle handle, EventType type, long accountId, String subject, JsonObject payload) {
        handle.createQuery("SELECT record_event(:type, nullif(:account, 0), :subject, :payload)")
                .bind("type", type.code())
                .bind("account", accountId)
                .bind("subject", subject)
                .bind("payload", payload.toString())
                .mapTo(String.class)
                .findFirst();
    }

    /** Of these accounts those with a subscriber: work for the others can be left out. */
    public static Set<Long> wantedBy(Handle handle, EventType type, Collection<Long> accounts) {
        return handle.createQuery("SELECT a.id FROM unnest(CAST(:accounts AS bigint[])) AS a (id) WHERE EXISTS"
                        + " (SELECT FROM webhook w WHERE :type = ANY (w.event_types)"
                        + " AND (w.account_id IS NULL OR w.account_id = a.id))")
                .bindArray("accounts", Long.class, accounts.toArray())
                .bind("type", type.code())
                .mapTo(Long.class)
                .set();
    }

    /** Whether anybody at all has subscribed. */
    public static boolean isWanted(Handle handle, EventType type) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM webhook w WHERE :type = ANY (w.event_types))")
                .bind("type", type.code())
                .mapTo(Boolean.class)
                .one();
    }
}
