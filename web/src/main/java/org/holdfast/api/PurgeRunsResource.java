package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.retention.PurgeRequest;
import org.holdfast.retention.PurgeRun;
import org.holdfast.retention.PurgeRuns;

/** Purge runs, latest first. */
@Path("purge/runs")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class PurgeRunsResource {

    private static final String COLLECTION = "purge-runs";

    /**
     * A run to start.
     *
     * @param scope everything, plan:CODE, account:ID or mailbox:ID; absent: everything
     * @param asOf absent: now
     * @param previewId the preview that it carries out; absent: those of the changes since the last completed run
     * @param priority 1 to 9 among queued runs, 1 first; absent: narrower scopes first
     * @param copiesPerSecond over all workers; absent: as the installation is set
     */
    public record NewRun(
            Optional<String> scope,
            Optional<Instant> asOf,
            Optional<String> previewId,
            Optional<Integer> priority,
            Optional<Integer> copiesPerSecond) {

        PurgeRequest toRequest() {
            if (priority.filter(p -> p < 1 || p > 9).isPresent()) {
                throw InvalidRequest.of("priority", "is 1 to 9");
            }
            if (copiesPerSecond.filter(rate -> rate < 1).isPresent()) {
                throw InvalidRequest.of("copiesPerSecond", "is 1 or more");
            }
            return new PurgeRequest(
                    Scopes.parse(scope.orElse(null)), asOf, previewId.map(NewRun::id), priority, copiesPerSecond);
        }

        private static long id(String text) {
            if (!text.matches("[0-9]{1,18}")) {
                throw InvalidRequest.of("previewId", "is the id of a preview");
            }
            return Long.parseLong(text);
        }
    }

    @Inject
    private PurgeRuns runs;

    @Context
    private UriInfo uri;

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 202, body = PurgeRunView.class)
    public Response start(NewRun request) {
        return followed(runs.start(request.toRequest()));
    }

    /** The dry run of exactly this run: what it would find, how that differs from its preview, whether it would be held. */
    @POST
    @Path("forecast")
    @Consumes(MediaType.APPLICATION_JSON)
    public PurgeForecastView forecast(NewRun request) {
        return PurgeForecastView.of(runs.forecast(request.toRequest()));
    }

    @GET
    public Page<PurgeRunView> list(@QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        return Page.byId(
                runs.page(Page.afterId(cursor, COLLECTION), size + 1),
                size,
                COLLECTION,
                PurgeRun::id,
                PurgeRunView::of);
    }

    @GET
    @Path("{id: [0-9]{1,18}}")
    public PurgeRunView get(@PathParam("id") long id) {
        return PurgeRunView.of(runs.get(id));
    }

    @GET
    @Path("{id: [0-9]{1,18}}/slices")
    public Page<PurgeRunView.Slice> slices(@PathParam("id") long id) {
        return Page.whole(runs.slices(id), PurgeRunView.Slice::of);
    }

    /** Everything that is recorded of a run: totals by plan, ranges, workers, comparison with preview and earlier run. */
    @GET
    @Path("{id: [0-9]{1,18}}/report")
    public PurgeReportView report(@PathParam("id") long id) {
        return PurgeReportView.of(runs.report(id));
    }

    /** Lets a held run go ahead. */
    @POST
    @Path("{id: [0-9]{1,18}}/approve")
    @Answers(value = 202, body = PurgeRunView.class)
    public Response approve(@PathParam("id") long id) {
        runs.approve(id);
        return followed(runs.get(id));
    }

    /** Gives up a run that is held or waits. */
    @POST
    @Path("{id: [0-9]{1,18}}/cancel")
    @Answers(value = 202, body = PurgeRunView.class)
    public Response cancel(@PathParam("id") long id) {
        runs.cancel(id);
        return followed(runs.get(id));
    }

    @POST
    @Path("{id: [0-9]{1,18}}/stop")
    @Answers(value = 202, body = PurgeRunView.class)
    public Response stop(@PathParam("id") long id) {
        runs.stop(id);
        return followed(runs.get(id));
    }

    @POST
    @Path("{id: [0-9]{1,18}}/restart")
    @Answers(value = 202, body = PurgeRunView.class)
    public Response restart(@PathParam("id") long id) {
        runs.restart(id);
        return followed(runs.get(id));
    }

    /**
     * How fast a run may be.
     *
     * @param copiesPerSecond over all workers; absent: no limit
     */
    public record Rate(Optional<Integer> copiesPerSecond) {}

    /** Sets how fast a run may be, while it works or waits. */
    @PUT
    @Path("{id: [0-9]{1,18}}/rate")
    @Consumes(MediaType.APPLICATION_JSON)
    public PurgeRunView rate(@PathParam("id") long id, Rate rate) {
        runs.rate(id, rate.copiesPerSecond());
        return PurgeRunView.of(runs.get(id));
    }

    private Response followed(PurgeRun run) {
        return Response.accepted(PurgeRunView.of(run))
                .header(
                        HttpHeaders.LOCATION,
                        uri.getBaseUriBuilder()
                                .path(PurgeRunsResource.class)
                                .path(Id.of(run.id()))
                                .build())
                .build();
    }
}
