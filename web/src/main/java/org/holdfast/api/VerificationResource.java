package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.holdfast.retention.Invariant;
import org.holdfast.retention.Verifications;

/** Whether the database keeps what Holdfast promises. */
@Path("verification")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class VerificationResource {

    /** How often a promise was found broken. */
    public record InvariantView(String code, String what, long violations) {

        static InvariantView of(Invariant invariant) {
            return new InvariantView(invariant.code(), invariant.what(), invariant.violations());
        }
    }

    @Inject
    private Verifications verifications;

    /** Looks at everything and counts what contradicts a promise; minutes on a large installation. */
    @POST
    public Page<InvariantView> check() {
        return Page.whole(verifications.check(), InvariantView::of);
    }
}
