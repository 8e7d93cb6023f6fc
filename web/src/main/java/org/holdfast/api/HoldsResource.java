package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.retention.Hold;
import org.holdfast.retention.LegalHolds;

/** Legal holds, newest first. What is held is never purged, whatever the plan. */
@Path("holds")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class HoldsResource {

    private static final String COLLECTION = "holds";

    /**
     * A hold to place.
     *
     * @param mailboxId absent: the whole account
     */
    public record NewHold(Id accountId, Optional<Id> mailboxId, String name, String reason) {}

    /** Why a hold is released. */
    public record Release(String reason) {}

    /** A hold as the API shows one. */
    public record HoldView(
            String id,
            String accountId,
            Optional<String> mailboxId,
            String name,
            String reason,
            String placedBy,
            Instant placedAt,
            Optional<String> releasedBy,
            Optional<Instant> releasedAt,
            Optional<String> releaseReason) {

        static HoldView of(Hold hold) {
            return new HoldView(
                    Id.of(hold.id()),
                    Id.of(hold.accountId()),
                    hold.mailboxId().map(Id::of),
                    hold.name(),
                    hold.reason(),
                    hold.placed().by(),
                    hold.placed().at(),
                    hold.released().map(Hold.Step::by),
                    hold.released().map(Hold.Step::at),
                    hold.released().map(Hold.Step::reason));
        }
    }

    @Inject
    private LegalHolds holds;

    @Context
    private UriInfo uri;

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response place(NewHold request) {
        Hold hold = holds.place(
                request.accountId().value(),
                request.mailboxId().map(Id::value).orElse(null),
                request.name(),
                request.reason());
        return Response.created(
                        uri.getAbsolutePathBuilder().path(Id.of(hold.id())).build())
                .entity(HoldView.of(hold))
                .build();
    }

    @GET
    public Page<HoldView> list(
            @QueryParam("account") Long account,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        long before = Page.afterId(cursor, COLLECTION);
        return Page.byId(
                holds.page(account, before == 0 ? null : before, size + 1), size, COLLECTION, Hold::id, HoldView::of);
    }

    @POST
    @Path("{id: [0-9]{1,18}}/release")
    @Consumes(MediaType.APPLICATION_JSON)
    public HoldView release(@PathParam("id") long id, Release request) {
        return HoldView.of(holds.release(id, request.reason()));
    }
}
