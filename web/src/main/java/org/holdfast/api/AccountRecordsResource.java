package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.holdfast.binding.BindingTarget;
import org.holdfast.binding.Bindings;
import org.holdfast.security.TokenScope;

/** What the suite tells of its records: one was converted or merged, or deleted. */
@Path("accounts/{account: [0-9]{1,18}}/records/{kind: [a-z][a-z0-9_]{0,31}}")
@RequestScoped
@WithinAccount
@Needs(TokenScope.BIND)
@Produces(MediaType.APPLICATION_JSON)
public class AccountRecordsResource {

    /** A slash in a reference is one in the path, too. */
    private static final String REFERENCE = "{reference: .+}";

    /**
     * What a change of a record did.
     *
     * @param messages how many copies were bound to the record
     */
    public record Changed(long messages) {}

    @Inject
    private Bindings bindings;

    /** Binds to another record whatever is bound to this one, as when a lead becomes a deal. */
    @POST
    @Path(REFERENCE + "/conversion")
    @Consumes(MediaType.APPLICATION_JSON)
    public Changed convert(
            @PathParam("account") long account,
            @PathParam("kind") String kind,
            @PathParam("reference") String reference,
            BindingTarget into) {
        return new Changed(bindings.rebind(account, MessageBindingsResource.named(kind, reference), into));
    }

    /** Takes its bindings off; copies with no other stay for the release grace of the plan. */
    @DELETE
    @Path(REFERENCE)
    public Changed delete(
            @PathParam("account") long account,
            @PathParam("kind") String kind,
            @PathParam("reference") String reference) {
        return new Changed(bindings.release(account, MessageBindingsResource.named(kind, reference)));
    }
}
