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
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.Optional;
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
     */
    public record NewRun(Optional<String> scope, Optional<Instant> asOf) {}

    @Inject
    private PurgeRuns runs;

    @Context
    private UriInfo uri;

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response start(NewRun request) {
        return followed(runs.start(
                Scopes.parse(request.scope().orElse(null)), request.asOf().orElse(null)));
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

    @POST
    @Path("{id: [0-9]{1,18}}/stop")
    public Response stop(@PathParam("id") long id) {
        runs.stop(id);
        return followed(runs.get(id));
    }

    @POST
    @Path("{id: [0-9]{1,18}}/restart")
    public Response restart(@PathParam("id") long id) {
        runs.restart(id);
        return followed(runs.get(id));
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
