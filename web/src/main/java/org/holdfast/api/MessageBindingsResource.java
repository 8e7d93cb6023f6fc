package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.binding.BindingTarget;
import org.holdfast.binding.Bindings;
import org.holdfast.binding.Bound;
import org.holdfast.message.Copies;
import org.holdfast.refusal.Refusal;
import org.holdfast.security.TokenScope;

/** What a copy is bound to. */
@Path("messages/{id: [0-9]{1,18}}/bindings")
@RequestScoped
@WithinAccount
@Needs(TokenScope.BIND)
@Produces(MediaType.APPLICATION_JSON)
public class MessageBindingsResource {

    /** A binding as the API shows one. */
    public record BindingView(
            String id,
            String messageId,
            String kind,
            String reference,
            String boundBy,
            Instant boundAt,
            Optional<String> ruleId) {

        static BindingView of(Bound bound) {
            return new BindingView(
                    Id.of(bound.id()),
                    Id.of(bound.copyId()),
                    bound.target().kind(),
                    bound.target().reference(),
                    bound.boundBy(),
                    bound.boundAt(),
                    bound.ruleId().map(Id::of));
        }
    }

    @Inject
    private Bindings bindings;

    @Inject
    private Copies copies;

    @Context
    private UriInfo uri;

    /** Binds; binding again to the same target answers with the binding that is there. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 201, body = BindingView.class)
    public Response bind(@PathParam("id") long id, BindingTarget target) {
        Bound bound = bindings.bind(id, target);
        return Response.created(uri.getAbsolutePathBuilder()
                        // A slash in a reference stays one: servers refuse it in its escaped form.
                        .segment(target.kind(), "{reference}")
                        .resolveTemplate("reference", target.reference(), false)
                        .build())
                .entity(BindingView.of(bound))
                .build();
    }

    @GET
    public Page<BindingView> list(@PathParam("id") long id) {
        copies.get(id);
        return Page.whole(bindings.of(id), BindingView::of);
    }

    /** What a path names; of a name that cannot be there is nothing. */
    static BindingTarget named(String kind, String reference) {
        try {
            return new BindingTarget(kind, reference);
        } catch (IllegalArgumentException e) {
            throw Refusal.notFound("record", kind + ":" + reference);
        }
    }

    @DELETE
    @Path("{kind: [a-z][a-z0-9_]{0,31}}/{reference: .+}")
    public void unbind(
            @PathParam("id") long id, @PathParam("kind") String kind, @PathParam("reference") String reference) {
        bindings.unbind(id, named(kind, reference));
    }
}
