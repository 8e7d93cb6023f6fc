package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;
import org.holdfast.plan.Plans;

/** The plans on offer and their terms at an instant. */
@Path("plans")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class PlansResource {

    @Inject
    private Plans plans;

    @Inject
    private Clock clock;

    /** At: absent means now. */
    @GET
    public Page<PlanTermsView> terms(@QueryParam("at") Instant at) {
        return Page.whole(plans.termsAt(at == null ? clock.instant() : at), PlanTermsView::of);
    }
}
