package org.holdfast.api;

import jakarta.ejb.EJBException;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.holdfast.account.FirstRun;
import org.holdfast.refusal.Refusal;

/** Whether this node answers and reaches its database; says no more to strangers than that. */
@Path("health")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class HealthResource {

    /** The answer of a node that is well. */
    public record Health(String status, boolean setUp) {}

    @Inject
    private FirstRun firstRun;

    /** 200 when well; 503 as a problem when the database does not answer. */
    @GET
    public Health health() {
        try {
            return new Health("UP", !firstRun.isOpen());
        } catch (EJBException e) {
            throw new Refusal(
                    Refusal.Kind.UNAVAILABLE, "database-unavailable", "The database does not answer; see the log", e);
        }
    }
}
