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
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.retention.PreviewCsv;
import org.holdfast.retention.PreviewMailbox;
import org.holdfast.retention.PreviewRequest;
import org.holdfast.retention.PreviewSample;
import org.holdfast.retention.StoredPreview;
import org.holdfast.retention.StoredPreviews;

/** Stored previews of drafted terms, plan changes and dates, newest first; worked out in the background. */
@Path("previews")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class PreviewsResource {

    private static final String COLLECTION = "previews";
    private static final int CSV_PAGE = 2_000;

    /**
     * A preview to work out: of drafted terms, of a plan change, or without either of a date.
     *
     * @param asOf absent: the latest date of the changes, or now
     * @param scope of a date only: everything, plan:CODE, account:ID or mailbox:ID; absent: everything
     * @param termsChanges ids of drafts
     */
    public record NewPreview(
            Optional<Instant> asOf,
            Optional<String> scope,
            Optional<List<Id>> termsChanges,
            Optional<NewPlanChange> planChange) {

        PreviewRequest request() {
            List<Long> changes =
                    termsChanges.orElse(List.of()).stream().map(Id::value).toList();
            PreviewRequest.Kind kind = planChange.isPresent()
                    ? PreviewRequest.Kind.SUBSCRIPTION
                    : changes.isEmpty() ? PreviewRequest.Kind.DATE : PreviewRequest.Kind.TERMS;
            try {
                return new PreviewRequest(
                        kind, asOf, Scopes.parse(scope.orElse(null)), changes, planChange.map(NewPlanChange::change));
            } catch (IllegalArgumentException e) {
                throw InvalidRequest.of("body", e.getMessage());
            }
        }
    }

    /**
     * A plan that accounts would have.
     *
     * @param accountIds the accounts; or, absent, all that have fromPlan then
     * @param from absent: now
     * @param until absent: open
     */
    public record NewPlanChange(
            Optional<List<Id>> accountIds,
            Optional<String> fromPlan,
            String toPlan,
            Optional<Instant> from,
            Optional<Instant> until) {

        PreviewRequest.PlanChange change() {
            List<Long> accounts =
                    accountIds.orElse(List.of()).stream().map(Id::value).toList();
            return new PreviewRequest.PlanChange(accounts, fromPlan, toPlan, from, until);
        }
    }

    @Inject
    private StoredPreviews previews;

    @Context
    private UriInfo uri;

    /** Answers at once with where to follow it. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 202, body = PreviewView.class)
    public Response request(NewPreview request) {
        return followed(previews.get(previews.request(request.request())));
    }

    @GET
    public Page<PreviewView> list(@QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        long before = Page.afterId(cursor, COLLECTION);
        return Page.byId(
                previews.page(before == 0 ? null : before, size + 1),
                size,
                COLLECTION,
                StoredPreview::id,
                PreviewView::of);
    }

    /** With its progress, until it is READY, FAILED or CANCELLED. */
    @GET
    @Path("{id: [0-9]{1,18}}")
    public PreviewView get(@PathParam("id") long id) {
        return PreviewView.of(previews.get(id));
    }

    @GET
    @Path("{id: [0-9]{1,18}}/mailboxes")
    public Page<PreviewView.Mailbox> mailboxes(
            @PathParam("id") long id, @QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        String collection = COLLECTION + "/" + id + "/mailboxes";
        return Page.byId(
                previews.mailboxes(id, Page.afterId(cursor, collection), size + 1),
                size,
                collection,
                PreviewMailbox::mailboxId,
                PreviewView.Mailbox::of);
    }

    /** Every mailbox in one file; texts that a spreadsheet would take for formulas have an apostrophe in front. */
    @GET
    @Path("{id: [0-9]{1,18}}/mailboxes.csv")
    @Produces("text/csv")
    @Answers
    public Response csv(@PathParam("id") long id) {
        previews.get(id);
        StreamingOutput lines = out -> write(id, out);
        return Response.ok(lines)
                .type("text/csv;charset=UTF-8")
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"preview-" + id + ".csv\"")
                .build();
    }

    @GET
    @Path("{id: [0-9]{1,18}}/ages")
    public Page<PreviewView.Age> ages(@PathParam("id") long id) {
        return Page.whole(previews.ages(id), PreviewView.Age::of);
    }

    @GET
    @Path("{id: [0-9]{1,18}}/samples")
    public Page<PreviewView.Sample> samples(
            @PathParam("id") long id, @QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        String collection = COLLECTION + "/" + id + "/samples";
        return Page.byId(
                previews.samples(id, Page.afterId(cursor, collection), size + 1),
                size,
                collection,
                PreviewSample::copyId,
                PreviewView.Sample::of);
    }

    @POST
    @Path("{id: [0-9]{1,18}}/cancel")
    public PreviewView cancel(@PathParam("id") long id) {
        previews.cancel(id);
        return PreviewView.of(previews.get(id));
    }

    private void write(long id, OutputStream out) throws IOException {
        out.write(PreviewCsv.head().getBytes(StandardCharsets.UTF_8));
        List<PreviewMailbox> page = previews.mailboxes(id, 0, CSV_PAGE);
        while (!page.isEmpty()) {
            for (PreviewMailbox row : page) {
                out.write(PreviewCsv.line(row).getBytes(StandardCharsets.UTF_8));
            }
            page = previews.mailboxes(id, page.get(page.size() - 1).mailboxId(), CSV_PAGE);
        }
    }

    private Response followed(StoredPreview preview) {
        return Response.accepted(PreviewView.of(preview))
                .header(
                        HttpHeaders.LOCATION,
                        uri.getBaseUriBuilder()
                                .path(PreviewsResource.class)
                                .path(Id.of(preview.id()))
                                .build())
                .build();
    }
}
