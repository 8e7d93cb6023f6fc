package org.holdfast.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Shares due mailboxes between nodes by rows, on the database's own time. */
public final class Leases {

    /** How long a claim lasts unless it is renewed. */
    public static final Duration TERM = Duration.ofSeconds(90);

    private static final String CLAIM = """
            WITH busy AS (
                SELECT s.mailbox_id, m.account_id, lower(m.imap_host) AS host
                  FROM mailbox_sync s JOIN mailbox m ON m.id = s.mailbox_id
                 WHERE s.lease_until > clock_timestamp()
                    OR s.kept_by IN (SELECT name FROM sync_node WHERE alive_until > clock_timestamp())),
            due AS (
                SELECT s.mailbox_id, s.requested_at, s.due_at, m.account_id, lower(m.imap_host) AS host,
                       row_number() OVER (PARTITION BY m.account_id ORDER BY s.requested_at, s.due_at)
                           + (SELECT count(*) FROM busy b WHERE b.account_id = m.account_id
                                 AND b.mailbox_id <> s.mailbox_id) AS in_account
                  FROM mailbox_sync s JOIN mailbox m ON m.id = s.mailbox_id
                 WHERE s.due_at <= clock_timestamp()
                   AND (s.lease_until IS NULL OR s.lease_until < clock_timestamp())
                   AND (s.not_before IS NULL OR s.not_before <= clock_timestamp())
                   AND (s.kept_by IS NULL OR s.kept_by = :owner OR s.kept_by NOT IN
                           (SELECT name FROM sync_node WHERE alive_until > clock_timestamp()))
                   AND m.state IN ('ACTIVE', 'UNREACHABLE')),
            placed AS (
                SELECT d.*, coalesce(h.failures, 0) AS failures,
                       row_number() OVER (PARTITION BY d.host
                           ORDER BY CASE WHEN h.failures >= :breaker THEN
                                        random() + (d.account_id IS NOT DISTINCT FROM h.last_account)::integer END,
                                    d.requested_at, d.in_account, d.due_at)
                           + (SELECT count(*) FROM busy b WHERE b.host = d.host
                                 AND b.mailbox_id <> d.mailbox_id) AS in_host
                  FROM due d LEFT JOIN provider_host h ON h.host = d.host
                 WHERE d.in_account <= :perAccount AND coalesce(h.blocked_until <= clock_timestamp(), true)),
            chosen AS (
                SELECT s.mailbox_id, p.requested_at, p.in_account, p.due_at
                  FROM placed p JOIN mailbox_sync s ON s.mailbox_id = p.mailbox_id
                 WHERE p.in_host <= CASE WHEN p.failures >= :breaker THEN 1 ELSE :perHost END
                 ORDER BY p.requested_at, p.in_account, p.due_at
                 LIMIT :most FOR UPDATE OF s SKIP LOCKED)
            UPDATE mailbox_sync s
               SET lease_owner = :owner, lease_token = s.lease_token + 1, last_started = :now,
                   lease_until = clock_timestamp() + :term * interval '1 millisecond',
                   requested_at = NULL, cancelled_by = NULL,
                   due_at = clock_timestamp() + :seconds * interval '1 second'
                            * (1 + least(5, s.quiet_passes / 6)) * (0.95 + random() / 10)
              FROM chosen c WHERE s.mailbox_id = c.mailbox_id
                AND (s.lease_until IS NULL OR s.lease_until < clock_timestamp())
            RETURNING s.mailbox_id, s.lease_token, c.requested_at, c.in_account""";

    private final Handle handle;
    private final Duration term;

    /** Works in the transaction of the handle. */
    public Leases(Handle handle) {
        this(handle, TERM);
    }

    /** With claims that last so long. */
    Leases(Handle handle, Duration term) {
        this.handle = handle;
        this.term = term;
    }

    /**
     * Claims mailboxes that are due: what a person asked for first, then the accounts in turn, each in the order
     * of its waiting. Passed over: what another claims meanwhile, what a provider asked to wait for, hosts behind
     * an open circuit breaker (which is tried with any mailbox, of another account than the last if there is one),
     * mailboxes whose connection another living node keeps, and what would be one connection too many. The next
     * regular pass is due an interval from now, up to six times as long after quiet passes, so that a request during
     * this one is not lost.
     */
    public List<Lease> claim(ClaimOrder order, Instant now) {
        // One claim at a time: connections are counted by the leases that there are.
        lockCounts();
        return handle.createQuery(CLAIM)
                .bindMethods(order)
                .bind("term", term.toMillis())
                .bind("seconds", order.interval().toSeconds())
                .bind("breaker", ProviderHosts.BREAKER)
                .bind("now", now)
                .map((row, context) -> new Lease(row.getLong("mailbox_id"), row.getLong("lease_token")))
                .list();
    }

    /**
     * Who claims how much.
     *
     * @param most mailboxes at once
     * @param interval between two passes over a mailbox that has news
     * @param perAccount connections for an account, over all nodes
     * @param perHost connections to a provider's host, over all nodes
     */
    public record ClaimOrder(String owner, int most, Duration interval, int perAccount, int perHost) {}

    /** Prolongs leases that are still held; those lost are left to {@link #fence}. */
    public void renew(List<Lease> held) {
        for (Lease lease : held) {
            handle.createUpdate(
                            "UPDATE mailbox_sync SET lease_until = clock_timestamp() + :term * interval '1 millisecond'"
                                    + " WHERE mailbox_id = :mailboxId AND lease_token = :token"
                                    + " AND lease_until > clock_timestamp()")
                    .bind("term", term.toMillis())
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
                        + " greatest(lease_until, clock_timestamp() + :term * interval '1 millisecond')"
                        + " WHERE mailbox_id = :mailboxId AND lease_token = :token"
                        + " AND lease_until > clock_timestamp()")
                .bind("term", term.toMillis())
                .bindMethods(lease)
                .execute();
        if (held != 1) {
            throw new LeaseLost(lease.mailboxId());
        }
    }

    /**
     * Gives a mailbox back after a pass that saw it.
     *
     * @param news whether the pass had anything to do: quiet mailboxes are looked at less often
     * @param error of a single folder; null if there is none to show
     */
    public void complete(Lease lease, boolean news, String error, Instant now) {
        handle.createUpdate("UPDATE mailbox_sync SET lease_owner = NULL, lease_until = NULL, failures = 0,"
                        + " quiet_passes = CASE WHEN :news THEN 0 ELSE least(quiet_passes + 1, 1000) END,"
                        + " not_before = NULL, last_completed = :now, last_error = :error"
                        + " WHERE mailbox_id = :mailboxId AND lease_token = :token")
                .bind("now", now)
                .bind("news", news)
                .bind("error", error)
                .bindMethods(lease)
                .execute();
    }

    /** Whoever counts connections does so alone, until the end of the transaction. */
    void lockCounts() {
        handle.execute("SELECT pg_advisory_xact_lock(hashtextextended('holdfast.sync.claim', 0))");
    }

    /** The next pass is due at once, behind what a person asked for. */
    public void dueAgain(long mailboxId) {
        handle.createUpdate("UPDATE mailbox_sync SET due_at = least(due_at, clock_timestamp())"
                        + " WHERE mailbox_id = :mailbox")
                .bind("mailbox", mailboxId)
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

    /**
     * Gives a mailbox back after a failure, to be tried again after a wait, or earlier if a person has asked.
     *
     * @param stated whether the provider asked for the wait: then nobody goes before
     */
    public void fail(Lease lease, String error, Duration wait, boolean stated) {
        handle.createUpdate("UPDATE mailbox_sync SET lease_owner = NULL, lease_until = NULL, failures = failures + 1,"
                        + " due_at = CASE WHEN requested_at IS NULL THEN clock_timestamp()"
                        + " + :wait * interval '1 millisecond' ELSE due_at END,"
                        + " not_before = CASE WHEN :stated THEN clock_timestamp() + :wait * interval '1 millisecond'"
                        + " ELSE not_before END, last_error = :error"
                        + " WHERE mailbox_id = :mailboxId AND lease_token = :token")
                .bind("wait", wait.toMillis())
                .bind("stated", stated)
                .bind("error", error)
                .bindMethods(lease)
                .execute();
    }

    /** Gives a mailbox back after a pass that a person ended; it goes on after a wait, or when a person asks. */
    public void rest(Lease lease, String reason, Duration wait) {
        handle.createUpdate("UPDATE mailbox_sync SET lease_owner = NULL, lease_until = NULL, cancelled_by = NULL,"
                        + " due_at = CASE WHEN requested_at IS NULL THEN clock_timestamp()"
                        + " + :wait * interval '1 millisecond' ELSE due_at END, last_error = :reason"
                        + " WHERE mailbox_id = :mailboxId AND lease_token = :token")
                .bind("wait", wait.toMillis())
                .bind("reason", reason)
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
