package org.holdfast.security;

import java.util.Objects;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.refusal.Refusal;

/**
 * The user on whose behalf code runs, and the one tenant filter: every service asks it before it reads
 * or changes anything of an account.
 *
 * @param userId the user's id
 * @param name the mail address, as written to the audit trail
 * @param account the account of an owner, or that an administrator's or auditor's token is narrowed to;
 *     empty where all are visible
 */
public record Caller(long userId, String name, Role role, Optional<Long> account) {

    public Caller {
        Objects.requireNonNull(name);
        Objects.requireNonNull(role);
        if (role == Role.OWNER && account.isEmpty()) {
            throw new IllegalArgumentException("An owner belongs to one account");
        }
    }

    /** Whether metadata of an account is visible to this caller. */
    public boolean sees(long accountId) {
        return account.map(own -> own == accountId).orElse(true);
    }

    /**
     * Lets the caller on to something of an account.
     *
     * @param what and id: how the refusal names it, the same whether it is foreign or not there
     */
    public void requireSees(long accountId, String what, Object id) {
        if (!sees(accountId)) {
            throw Refusal.notFound(what, id);
        }
    }

    /** Whether the caller may change things; an auditor may not. */
    public boolean writes() {
        return role != Role.AUDITOR;
    }

    public boolean isAdministrator() {
        return role == Role.ADMINISTRATOR;
    }
}
