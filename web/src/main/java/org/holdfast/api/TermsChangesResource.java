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
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.holdfast.plan.Allowance;
import org.holdfast.plan.Grant;
import org.holdfast.plan.RetentionPeriod;
import org.holdfast.plan.TermsChange;
import org.holdfast.plan.TermsChanges;
import org.holdfast.refusal.Refusal;

/** Changes of plans' terms on their way from a draft to their date, newest first. */
@Path("terms-changes")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class TermsChangesResource {

    private static final String COLLECTION = "terms-changes";

    /**
     * New terms to draft.
     *
     * @param unboundDays 0 to 36500, or unlimited
     * @param graceDays 0 to 365
     */
    public record NewTerms(
            String planCode,
            Instant effectiveAt,
            boolean syncs,
            Limit unboundDays,
            int graceDays,
            Limit mailboxesPerUser,
            Limit sharedMailboxes,
            String reason) {}

    /**
     * On what a change is approved.
     *
     * @param previewId a READY preview that supposes this draft
     * @param hash the preview's hash as the approver saw it; absent: any
     */
    public record Approval(Id previewId, Optional<String> hash) {}

    /** Why a change is withdrawn. */
    public record Withdrawal(String reason) {}

    /** A change as the API shows one; null in a limit: no limit. */
    public record TermsChangeView(
            String id,
            String planCode,
            Instant effectiveAt,
            boolean syncs,
            Optional<Integer> unboundDays,
            long graceDays,
            Optional<Integer> mailboxesPerUser,
            Optional<Integer> sharedMailboxes,
            TermsChange.Status status,
            String reason,
            String draftedBy,
            Optional<String> approvedBy,
            Optional<String> publishedBy,
            Optional<String> withdrawnBy,
            Optional<String> previewId) {

        static TermsChangeView of(TermsChange change) {
            Grant grant = change.grant();
            return new TermsChangeView(
                    Id.of(change.id()),
                    change.planCode(),
                    change.effectiveAt(),
                    grant.syncs(),
                    PlanTermsView.boxed(grant.retention().days()),
                    grant.grace().toDays(),
                    PlanTermsView.boxed(grant.mailboxesPerUser().count()),
                    PlanTermsView.boxed(grant.sharedMailboxes().count()),
                    change.status(),
                    change.reason(),
                    change.drafted().by(),
                    change.approved().map(TermsChange.Step::by),
                    change.published().map(TermsChange.Step::by),
                    change.withdrawn().map(TermsChange.Step::by),
                    change.previewId().map(Id::of));
        }
    }

    @Inject
    private TermsChanges changes;

    @Context
    private UriInfo uri;

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 201, body = TermsChangeView.class)
    public Response draft(NewTerms request) {
        TermsChange change = changes.draft(request.planCode(), request.effectiveAt(), grant(request), request.reason());
        return Response.created(
                        uri.getAbsolutePathBuilder().path(Id.of(change.id())).build())
                .entity(TermsChangeView.of(change))
                .build();
    }

    @GET
    public Page<TermsChangeView> list(@QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        long before = Page.afterId(cursor, COLLECTION);
        return Page.byId(
                changes.page(before == 0 ? null : before, size + 1),
                size,
                COLLECTION,
                TermsChange::id,
                TermsChangeView::of);
    }

    @GET
    @Path("{id: [0-9]{1,18}}")
    public TermsChangeView get(@PathParam("id") long id) {
        return TermsChangeView.of(changes.get(id));
    }

    /** By another administrator than the one who drafted it, on a preview of it. */
    @POST
    @Path("{id: [0-9]{1,18}}/approve")
    @Consumes(MediaType.APPLICATION_JSON)
    public TermsChangeView approve(@PathParam("id") long id, Approval request) {
        return TermsChangeView.of(
                changes.approve(id, request.previewId().value(), request.hash().orElse(null)));
    }

    @POST
    @Path("{id: [0-9]{1,18}}/publish")
    public TermsChangeView publish(@PathParam("id") long id) {
        return TermsChangeView.of(changes.publish(id));
    }

    @POST
    @Path("{id: [0-9]{1,18}}/withdraw")
    @Consumes(MediaType.APPLICATION_JSON)
    public TermsChangeView withdraw(@PathParam("id") long id, Withdrawal request) {
        return TermsChangeView.of(changes.withdraw(id, request.reason()));
    }

    private static Grant grant(NewTerms request) {
        try {
            return new Grant(
                    request.syncs(),
                    RetentionPeriod.ofNullableDays(request.unboundDays().orNull()),
                    Duration.ofDays(request.graceDays()),
                    Allowance.ofNullable(request.mailboxesPerUser().orNull()),
                    Allowance.ofNullable(request.sharedMailboxes().orNull()));
        } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Kind.UNUSABLE, "terms-unusable", e.getMessage(), e);
        }
    }
}
