package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;
import org.holdfast.account.Accounts;
import org.holdfast.plan.PlanPolicy;

/** What an account may do at an instant. */
@Path("accounts/{account: [0-9]{1,18}}/entitlement")
@RequestScoped
@WithinAccount
@Produces(MediaType.APPLICATION_JSON)
public class AccountEntitlementResource {

    @Inject
    private Accounts accounts;

    @Inject
    private PlanPolicy policy;

    @Inject
    private Clock clock;

    /**
     * The one answer that every rule asks for. At: absent means now; known: as it was known at an earlier instant,
     * absent means now.
     */
    @GET
    public EntitlementView entitlement(
            @PathParam("account") long account, @QueryParam("at") Instant at, @QueryParam("known") Instant known) {
        long visible = accounts.get(account).id();
        Instant now = clock.instant();
        Instant instant = at == null ? now : at;
        return EntitlementView.of(policy.entitlement(visible, instant, known == null ? now : known), instant);
    }
}
