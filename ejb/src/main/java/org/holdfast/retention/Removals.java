package org.holdfast.retention;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import org.holdfast.account.Role;
import org.jdbi.v3.core.Jdbi;

/** What leaves in the coming days, by day, plan and account, with what stays beside it; as last reckoned. */
@Stateless
@RolesAllowed({Role.ADMINISTRATOR_NAME, Role.AUDITOR_NAME})
public class Removals {

    @Inject
    private Jdbi jdbi;

    @Inject
    private Clock clock;

    /** Day by day, in order. */
    public RemovalOutlook byDay(RemovalFilter filter) {
        return read(filter, RemovalReadings::byDay);
    }

    /** Plan by plan, in the plans' order. */
    public RemovalOutlook byPlan(RemovalFilter filter) {
        return read(filter, RemovalReadings::byPlan);
    }

    /** The accounts that lose most, first. */
    public RemovalOutlook worstAccounts(RemovalFilter filter, int most) {
        return read(filter, readings -> readings.worstAccounts(most));
    }

    /**
     * Accounts in the order of their ids.
     *
     * @param afterId the last id of the page before; 0 for the first page
     */
    public RemovalOutlook accounts(RemovalFilter filter, long afterId, int most) {
        return read(filter, readings -> readings.accountsAfter(afterId, most));
    }

    /** Has everything reckoned anew; a node takes it up within seconds. */
    @RolesAllowed(Role.ADMINISTRATOR_NAME)
    public void request() {
        jdbi.useHandle(h -> new RemovalReckoning(h).request());
    }

    private RemovalOutlook read(RemovalFilter filter, Function<RemovalReadings, List<RemovalLine>> lines) {
        return jdbi.withHandle(h -> {
            RemovalReadings readings = new RemovalReadings(h, filter, clock.instant());
            return readings.outlook(lines.apply(readings));
        });
    }
}
