package org.holdfast.sync;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * SQL of the circuit breaker of each provider's host, which all nodes and accounts share: when mailboxes of
 * several accounts in a row could not reach it, nobody tries for a while, then one at a time until one succeeds.
 * Reached is who gets a greeting; how the login goes says nothing of the host.
 */
final class ProviderHosts {

    /** So many different accounts in a row open the breaker. */
    static final int BREAKER = 3;

    private static final Duration LEAST = Duration.ofMinutes(1);
    private static final Duration MOST = Duration.ofHours(1);

    private final Handle handle;

    ProviderHosts(Handle handle) {
        this.handle = handle;
    }

    /** A mailbox of an account got no greeting; the same account again says nothing new of the host. */
    void failed(String host, long accountId, String reason, Instant now) {
        handle.createUpdate(
                        "INSERT INTO provider_host AS h (host, failures, accounts, last_account, reason, changed_at)"
                                + " VALUES (lower(:host), 1, ARRAY[CAST(:account AS bigint)], :account, :reason, :now)"
                                + " ON CONFLICT (host) DO UPDATE SET failures = h.failures + CASE"
                                + " WHEN h.failures >= :breaker OR NOT :account = ANY (h.accounts) THEN 1 ELSE 0 END,"
                                + " accounts = CASE WHEN h.failures >= :breaker OR :account = ANY (h.accounts)"
                                + " THEN h.accounts ELSE h.accounts || CAST(:account AS bigint) END,"
                                + " last_account = excluded.last_account, reason = excluded.reason,"
                                + " changed_at = excluded.changed_at")
                .bind("host", host)
                .bind("account", accountId)
                .bind("reason", reason)
                .bind("breaker", BREAKER)
                .bind("now", now)
                .execute();
        handle.createUpdate("UPDATE provider_host SET blocked_until = clock_timestamp() + least(:most, :least"
                        + " * power(2, least(10, failures - :breaker))) * (0.75 + random() / 2) * interval '1 second'"
                        + " WHERE host = lower(:host) AND failures >= :breaker"
                        + " AND coalesce(blocked_until <= clock_timestamp(), true)")
                .bind("host", host)
                .bind("least", LEAST.toSeconds())
                .bind("most", MOST.toSeconds())
                .bind("breaker", BREAKER)
                .execute();
    }

    /** Somebody was greeted: the host is all right. */
    void succeeded(String host) {
        handle.createUpdate("DELETE FROM provider_host WHERE host = lower(:host)")
                .bind("host", host)
                .execute();
    }

    /** Why nobody tries the host of a mailbox now; empty if it is tried. */
    Optional<String> blocked(long mailboxId) {
        return handle.createQuery("SELECT h.reason FROM provider_host h JOIN mailbox m ON lower(m.imap_host) = h.host"
                        + " WHERE m.id = :mailbox AND h.blocked_until > clock_timestamp()")
                .bind("mailbox", mailboxId)
                .mapTo(String.class)
                .findOne();
    }
}
