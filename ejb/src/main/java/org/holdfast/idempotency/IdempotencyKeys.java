package org.holdfast.idempotency;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Schedule;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import org.holdfast.account.Role;
import org.jdbi.v3.core.Jdbi;

/**
 * Keeps the keys of requests and their answers for a day, for each user apart, in transactions of its own: a
 * key is taken before the request is worked on, and its answer kept before it is sent.
 */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class IdempotencyKeys {

    @Inject
    private Jdbi jdbi;

    /**
     * Takes a key for a request.
     *
     * @param hash SHA-256 of the request
     */
    public KeyOutcome begin(long userId, String key, byte[] hash) {
        return jdbi.withHandle(h -> new KeyRows(h).begin(userId, key, hash));
    }

    /** Keeps the answer. */
    public void answered(long userId, String key, StoredAnswer answer) {
        jdbi.useHandle(h -> new KeyRows(h).answered(userId, key, answer));
    }

    /** Lets the key be used again: the request was refused, nothing was done. */
    public void release(long userId, String key) {
        jdbi.useHandle(h -> new KeyRows(h).release(userId, key));
    }

    @Schedule(hour = "*", minute = "41", persistent = false, info = "old idempotency keys")
    void forget() {
        jdbi.useHandle(h -> new KeyRows(h).forget());
    }
}
