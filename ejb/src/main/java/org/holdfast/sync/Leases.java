package org.holdfast.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Shares due mailboxes between nodes by rows, on the database's own time. */
public final class Leases {

    /** How long a claim lasts unless it is renewed. */
    public static final Duration TERM = Duration.ofSeconds(90);

    private final Handle handle;

    /** Works in the transaction of the handle. */
    public Leases(Handle handle) {
        this.handle = handle;
    }

    /**
     * Claims mailboxes that are due, the longest waiting first; mailboxes that others claim meanwhile are
     * passed over. The next regular pass is due an interval from now, so that a request during this one is
     * not lost.
     */
    public List<Lease> claim(String owner, int most, Duration interval, Instant now) {
        return handle.createQuery("UPDATE mailbox_sync SET lease_owner = :owner, lease_token = lease_token + 1,"
                        + " lease_until = clock_timestamp() + :term * interval '1 second', last_started = :now,"
                        + " due_at = clock_timestamp() + :interval * interval '1 second'"
                        + " WHERE mailbox_id IN (SELECT s.mailbox_id FROM mailbox_sync s JOIN mailbox m"
                        + " ON m.id = s.mailbox_id WHERE s.due_at <= clock_timestamp()"
                        + " AND (s.lease_until IS NULL OR s.lease_until < clock_timestamp())"
                        + " AND m.state IN ('ACTIVE', 'UNREACHABLE')"
                        + " ORDER BY s.due_at LIMIT :most FOR UPDATE OF s SKIP LOCKED)"
                        + " RETURNING mailbox_id, lease_token")
                .bind("owner", owner)
                .bind("most", most)
                .bind("term", TERM.toSeconds())
                .bind("interval", interval.toSeconds())
                .bind("now", now)
                .map((row, context) -> new Lease(row.getLong("mailbox_id"), row.getLong("lease_token")))
                .list();
    }

    /** Prolongs leases that are still held; those lost are left to {@link #fence}. */
    public void renew(List<Lease> held) {
        for (Lease lease : held) {
            handle.createUpdate("UPDATE mailbox_sync SET lease_until = clock_timestamp() + :term * interval '1 second'"
                            + " WHERE mailbox_id = :mailboxId AND lease_token = :token"
                            + " AND lease_until > clock_timestamp()")
                    .bind("term", TERM.toSeconds())
                    .bindMethods(lease)
                    .execute();
        }
    }

    /**
     * Makes the transaction depend on the lease, and prolongs it.
     *
     * @throws LeaseLost if it has passed to another or run out
     */
    public void fence(Lease lease) {
        int held = handle.createUpdate("UPDATE mailbox_sync SET lease_until ="
                        + " greatest(lease_until, clock_timestamp() + :term * interval '1 second')"
                        + " WHERE mailbox_id = :mailboxId AND lease_token = :token"
                        + " AND lease_until > clock_timestamp()")
                .bind("term", TERM.toSeconds())
                .bindMethods(lease)
                .execute();
        if (held != 1) {
            throw new LeaseLost(lease.mailboxId());
        }
    }

    /**
     * Gives a mailbox back after a pass that saw it.
     *
     * @param error of a single folder; null if there is none to show
     */
    public void complete(Lease lease, String error, Instant now) {
        handle.createUpdate("UPDATE mailbox_sync SET lease_owner = NULL, lease_until = NULL, failures = 0,"
                        + " last_completed = :now, last_error = :error"
                        + " WHERE mailbox_id = :mailboxId AND lease_token = :token")
                .bind("now", now)
                .bind("error", error)
                .bindMethods(lease)
                .execute();
    }

    /**
     * Gives a mailbox back after a pass that was not allowed; it is looked at again when due.
     *
     * @param error null if there is none to show
     */
    public void release(Lease lease, String error) {
        handle.createUpdate("UPDATE mailbox_sync SET lease_owner = NULL, lease_until = NULL, last_error = :error"
                        + " WHERE mailbox_id = :mailboxId AND lease_token = :token")
                .bind("error", error)
                .bindMethods(lease)
                .execute();
    }

    /** Gives a mailbox back after a failure, to be tried again after a wait. */
    public void fail(Lease lease, String error, Duration wait) {
        handle.createUpdate("UPDATE mailbox_sync SET lease_owner = NULL, lease_until = NULL, failures = failures + 1,"
                        + " due_at = clock_timestamp() + :wait * interval '1 millisecond', last_error = :error"
                        + " WHERE mailbox_id = :mailboxId AND lease_token = :token")
                .bind("wait", wait.toMillis())
                .bind("error", error)
                .bindMethods(lease)
                .execute();
    }

    /** How often the mailbox has failed in a row. */
    public int failures(long mailboxId) {
        return handle.createQuery("SELECT failures FROM mailbox_sync WHERE mailbox_id = :mailbox")
                .bind("mailbox", mailboxId)
                .mapTo(Integer.class)
                .one();
    }
}
