package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** Says what a purge would remove and keep, without changing anything. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class Previews {

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    @Inject
    private CurrentCaller currentCaller;

    /**
     * Applies the due rule to everything in a scope, read-only, as a run would. An owner sees the own mailboxes and those shared
     * with them.
     *
     * @param asOf the instant of the rule, past or future; null: now
     */
    public Preview dryRun(PurgeScope scope, Instant asOf) {
        Caller caller = currentCaller.get();
        Instant now = clock.instant();
        Instant at = asOf == null ? now : asOf;
        Optional<Long> onlyUser = caller.account().map(account -> caller.userId());
        return jdbi.withHandle(h ->
                new PreviewQuery(h).count(scope, at, onlyUser, at.isAfter(now) ? Optional.empty() : Optional.of(now)));
    }
}
