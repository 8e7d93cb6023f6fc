package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.security.TokenScope;
import org.holdfast.work.LongWork;
import org.holdfast.work.WorkStatus;
import org.holdfast.work.Works;

/** The caller's long work: what a 202 points to. */
@Path("jobs")
@RequestScoped
@WithinAccount
@Needs(TokenScope.READ)
@Produces(MediaType.APPLICATION_JSON)
public class JobsResource {

    private static final String COLLECTION = "jobs";

    /** A copy that a rule matched, and one record that it matched it to. */
    public record Sample(String messageId, String kind, String reference) {}

    /**
     * What came of work so far.
     *
     * @param messages copies that matched
     * @param bindings that were made, or would be
     * @param alreadyBound matches that were bound before
     * @param unbound bindings that were taken off
     */
    public record Outcome(long messages, long bindings, long alreadyBound, long unbound, List<Sample> samples) {

        static Outcome of(JsonObject result) {
            List<Sample> samples = !result.containsKey("samples")
                    ? List.of()
                    : result.getJsonArray("samples").stream()
                            .map(item -> item.asJsonObject())
                            .map(item -> new Sample(
                                    item.getString("messageId"), item.getString("kind"), item.getString("reference")))
                            .toList();
            return new Outcome(
                    number(result, "messages"),
                    number(result, "bindings"),
                    number(result, "alreadyBound"),
                    number(result, "unbound"),
                    samples);
        }

        private static long number(JsonObject result, String name) {
            return result.containsKey(name) ? result.getJsonNumber(name).longValue() : 0;
        }
    }

    /**
     * Work as the API shows it.
     *
     * @param done of total; total is known once it has begun
     */
    public record JobView(
            String id,
            String kind,
            Optional<String> accountId,
            WorkStatus status,
            long done,
            Optional<Long> total,
            Outcome result,
            Optional<String> failure,
            Instant requestedAt,
            Optional<Instant> endedAt) {

        static JobView of(LongWork work) {
            return new JobView(
                    Id.of(work.id()),
                    work.kind(),
                    work.accountId().map(Id::of),
                    work.status(),
                    work.done(),
                    work.total(),
                    Outcome.of(work.result()),
                    work.failure(),
                    work.requestedAt(),
                    work.endedAt());
        }
    }

    @Inject
    private Works works;

    /** The answer to a request whose work goes on: 202, and where to follow it. */
    static Response accepted(UriInfo uri, LongWork work) {
        return Response.accepted(JobView.of(work))
                .location(uri.getBaseUriBuilder()
                        .path("jobs")
                        .path(Id.of(work.id()))
                        .build())
                .build();
    }

    @GET
    public Page<JobView> list(@QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        long before = Page.afterId(cursor, COLLECTION);
        return Page.byId(
                works.page(before == 0 ? Long.MAX_VALUE : before, size + 1),
                size,
                COLLECTION,
                LongWork::id,
                JobView::of);
    }

    @GET
    @Path("{id: [0-9]{1,18}}")
    public JobView get(@PathParam("id") long id) {
        return JobView.of(works.get(id));
    }

    /** Ends it at its present step; what earlier steps did stays. */
    @POST
    @Path("{id: [0-9]{1,18}}/cancel")
    @Needs(TokenScope.ADMINISTER)
    public JobView cancel(@PathParam("id") long id) {
        return JobView.of(works.cancel(id));
    }
}
