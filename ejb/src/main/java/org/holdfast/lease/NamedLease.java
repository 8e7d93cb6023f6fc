package org.holdfast.lease;

import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * A lease by name, on the database's own time. Whoever works under it asks {@link #holds} in each
 * transaction that writes: a node that was paused past its lease is fenced off by the token.
 *
 * @param name what is worked on
 * @param token raised by each claim
 */
public record NamedLease(String name, long token) {

    /** Claims a lease that nobody holds now; empty if somebody does. */
    public static Optional<NamedLease> claim(Handle handle, String name, Duration term) {
        return handle.createQuery("INSERT INTO lease AS l (name, owner, token, until)"
                        + " VALUES (:name, :owner, 1, clock_timestamp() + :term * interval '1 second')"
                        + " ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, token = l.token + 1,"
                        + " until = excluded.until WHERE l.until <= clock_timestamp() RETURNING token")
                .bind("name", name)
                .bind("owner", NodeName.get())
                .bind("term", term.toSeconds())
                .mapTo(Long.class)
                .findOne()
                .map(token -> new NamedLease(name, token));
    }

    /** Whether it is still held; then it is prolonged, and its row locked until the transaction ends. */
    public boolean holds(Handle handle, Duration term) {
        return handle.createUpdate("UPDATE lease SET until = clock_timestamp() + :term * interval '1 second'"
                                + " WHERE name = :name AND token = :token AND until > clock_timestamp()")
                        .bind("term", term.toSeconds())
                        .bind("name", name)
                        .bind("token", token)
                        .execute()
                == 1;
    }

    /** Gives it back; without effect if it was lost. */
    public void release(Handle handle) {
        handle.createUpdate("UPDATE lease SET until = clock_timestamp() WHERE name = :name AND token = :token")
                .bind("name", name)
                .bind("token", token)
                .execute();
    }
}
