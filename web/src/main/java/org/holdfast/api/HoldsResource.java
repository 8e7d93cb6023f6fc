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
import java.util.List;
import java.util.Optional;
import org.holdfast.refusal.Refusal;
import org.holdfast.retention.Hold;
import org.holdfast.retention.HoldPreview;
import org.holdfast.retention.HoldQuery;
import org.holdfast.retention.LegalHolds;

/** Legal holds, newest first. What is held is never purged, whatever the plan. */
@Path("holds")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class HoldsResource {

    private static final String COLLECTION = "holds";
    private static final int MOST_AT_ONCE = 500;

    /**
     * Which copies: those that meet every condition given.
     *
     * @param sender a part of the sender, whatever the case
     * @param words a text in subject, sender or recipients, whatever the case
     * @param from first retention clock
     * @param until first retention clock no longer kept
     */
    public record QueryView(
            Optional<String> sender, Optional<String> words, Optional<Instant> from, Optional<Instant> until) {

        HoldQuery query() {
            try {
                return new HoldQuery(sender, words, from, until);
            } catch (IllegalArgumentException e) {
                throw new Refusal(Refusal.Kind.UNUSABLE, "hold-unusable", e.getMessage(), e);
            }
        }

        static QueryView of(HoldQuery query) {
            return new QueryView(query.sender(), query.words(), query.from(), query.until());
        }
    }

    /**
     * A hold to place.
     *
     * @param mailboxId absent: the whole account
     * @param query absent: everything
     * @param endsAt first instant at which it no longer holds; absent: until it is released
     */
    public record NewHold(
            Id accountId,
            Optional<Id> mailboxId,
            Optional<QueryView> query,
            String name,
            String reason,
            Optional<Instant> endsAt) {

        org.holdfast.retention.NewHold order() {
            return new org.holdfast.retention.NewHold(
                    accountId.value(), mailboxId.map(Id::value), query.map(QueryView::query), name, reason, endsAt);
        }
    }

    /** What a hold would be on. */
    public record HoldScope(Id accountId, Optional<Id> mailboxId, Optional<QueryView> query) {}

    /** Many holds to place; up to 500. */
    public record NewHolds(List<NewHold> holds) {}

    /** Why a hold is released. */
    public record Release(String reason) {}

    /** Many holds to release; up to 500. */
    public record Releases(List<Id> ids, String reason) {}

    /**
     * A hold as the API shows one.
     *
     * @param status PLACING while copies are still looked at; IN_FORCE when every copy that it means is kept
     * @param looked copies looked at, of toLook; heldCopies: on how many it counts, in lists 10000 for that many
     *     or more. Of holds by query only
     */
    public record HoldView(
            String id,
            String accountId,
            Optional<String> mailboxId,
            Optional<QueryView> query,
            String name,
            String reason,
            Optional<Instant> endsAt,
            Hold.Status status,
            long looked,
            long toLook,
            long heldCopies,
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
                    hold.query().map(QueryView::of),
                    hold.name(),
                    hold.reason(),
                    hold.endsAt(),
                    hold.status(),
                    hold.progress().looked(),
                    hold.progress().toLook(),
                    hold.progress().held(),
                    hold.placed().by(),
                    hold.placed().at(),
                    hold.released().map(Hold.Step::by),
                    hold.released().map(Hold.Step::at),
                    hold.released().map(Hold.Step::reason));
        }
    }

    /**
     * What came of one of many.
     *
     * @param hold as it stands; null if it was refused
     * @param code of the refusal; null if it was done
     */
    public record ResultView(Optional<HoldView> hold, Optional<String> code, Optional<String> message) {

        static ResultView of(LegalHolds.Result result) {
            return new ResultView(
                    result.hold().map(HoldView::of),
                    result.refusal().map(Refusal::code),
                    result.refusal().map(Refusal::getMessage));
        }
    }

    /** What came of each, in the order sent. */
    public record Results(List<ResultView> items) {}

    @Inject
    private LegalHolds holds;

    @Context
    private UriInfo uri;

    /** 201 when it is in force, 202 while copies are still looked at: then follow the hold. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(
            value = {201, 202},
            body = HoldView.class)
    public Response place(NewHold request) {
        Hold hold = holds.place(request.order());
        return Response.status(hold.isInForce() ? Response.Status.CREATED : Response.Status.ACCEPTED)
                .location(uri.getAbsolutePathBuilder().path(Id.of(hold.id())).build())
                .entity(HoldView.of(hold))
                .build();
    }

    /** How many copies it would keep; nothing is changed. */
    @POST
    @Path("preview")
    @Consumes(MediaType.APPLICATION_JSON)
    public HoldPreview preview(HoldScope request) {
        return holds.preview(new org.holdfast.retention.NewHold(
                request.accountId().value(),
                request.mailboxId().map(Id::value),
                request.query().map(QueryView::query),
                "preview",
                "preview",
                Optional.empty()));
    }

    /** Each on its own: one that is refused does not stop the others. */
    @POST
    @Path("bulk")
    @Consumes(MediaType.APPLICATION_JSON)
    public Results placeAll(NewHolds request) {
        requireFew("holds", request.holds().size());
        return new Results(
                holds.placeAll(request.holds().stream().map(NewHold::order).toList()).stream()
                        .map(ResultView::of)
                        .toList());
    }

    /** Each on its own: one that is refused does not stop the others. */
    @POST
    @Path("bulk-release")
    @Consumes(MediaType.APPLICATION_JSON)
    public Results releaseAll(Releases request) {
        requireFew("ids", request.ids().size());
        return new Results(
                holds.releaseAll(request.ids().stream().map(Id::value).toList(), request.reason()).stream()
                        .map(ResultView::of)
                        .toList());
    }

    private static void requireFew(String field, int size) {
        if (size < 1 || size > MOST_AT_ONCE) {
            throw InvalidRequest.of(field, "has 1 to " + MOST_AT_ONCE + " entries");
        }
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

    @GET
    @Path("{id: [0-9]{1,18}}")
    public HoldView get(@PathParam("id") long id) {
        return HoldView.of(holds.get(id));
    }

    @POST
    @Path("{id: [0-9]{1,18}}/release")
    @Consumes(MediaType.APPLICATION_JSON)
    public HoldView release(@PathParam("id") long id, Release request) {
        return HoldView.of(holds.release(id, request.reason()));
    }
}
