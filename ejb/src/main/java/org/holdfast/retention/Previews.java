package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import java.time.Instant;
import org.holdfast.account.Role;

/** Says what a purge would remove and keep, without changing anything. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class Previews {

    /**
     * Applies the due rule to everything in a scope, read-only. An owner sees the own account only.
     *
     * @param asOf the instant of the rule, past or future; null: now
     */
    public Preview dryRun(PurgeScope scope, Instant asOf) {
        throw new UnsupportedOperationException("follows on this branch: " + scope + asOf);
    }
}
