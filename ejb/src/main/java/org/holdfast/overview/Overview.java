package org.holdfast.overview;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;
import org.holdfast.account.Role;
import org.holdfast.security.Caller;
import org.holdfast.security.CurrentCaller;
import org.jdbi.v3.core.Jdbi;

/** Answers how things stand: for the installation, or for the account of an owner who asks. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME, Role.OWNER_NAME})
public class Overview {

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    @Inject
    private CurrentCaller currentCaller;

    /**
     * How things stand now.
     *
     * @param zone whose midnights part the days
     */
    public Situation now(ZoneId zone) {
        Caller caller = currentCaller.get();
        Optional<Viewer> viewer = caller.account().map(account -> new Viewer(account, caller.userId()));
        return jdbi.withHandle(handle -> new OverviewQuery(handle, clock.instant(), viewer).read(zone));
    }
}
