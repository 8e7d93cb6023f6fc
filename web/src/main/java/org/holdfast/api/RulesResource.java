package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
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
import org.holdfast.rule.BindingRule;
import org.holdfast.rule.BindingRules;
import org.holdfast.rule.RuleBasis;
import org.holdfast.rule.RuleDraft;

/** Rules that bind by themselves, in the order in which they are asked. */
@Path("rules")
@RequestScoped
@WithinAccount
@Produces(MediaType.APPLICATION_JSON)
public class RulesResource {

    private static final String ONE = "{id: [0-9]{1,18}}";

    /** A rule to be; see {@link RuleDraft}. */
    public record NewRule(
            Id accountId,
            String name,
            RuleBasis basis,
            Optional<String> kind,
            Optional<String> pattern,
            boolean enabled,
            int position) {}

    /** What undoing takes off: what one run bound, or without it everything. */
    public record Undo(Optional<Id> runId) {}

    /**
     * A rule as the API shows one.
     *
     * @param bindings how many there are that it made
     */
    public record RuleView(
            String id,
            String accountId,
            String name,
            RuleBasis basis,
            Optional<String> kind,
            Optional<String> pattern,
            boolean enabled,
            int position,
            long bindings,
            String createdBy,
            Instant createdAt,
            Instant changedAt) {

        static RuleView of(BindingRule rule) {
            return new RuleView(
                    Id.of(rule.id()),
                    Id.of(rule.accountId()),
                    rule.draft().name(),
                    rule.draft().basis(),
                    rule.draft().kind(),
                    rule.draft().pattern(),
                    rule.draft().enabled(),
                    rule.draft().position(),
                    rule.bindings(),
                    rule.createdBy(),
                    rule.createdAt(),
                    rule.changedAt());
        }
    }

    @Inject
    private BindingRules rules;

    @Context
    private UriInfo uri;

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 201, body = RuleView.class)
    public Response add(NewRule request) {
        BindingRule rule = rules.add(
                request.accountId().value(),
                new RuleDraft(
                        request.name(),
                        request.basis(),
                        request.kind(),
                        request.pattern(),
                        request.enabled(),
                        request.position()));
        return Response.created(
                        uri.getAbsolutePathBuilder().path(Id.of(rule.id())).build())
                .tag(Version.tag(rule.version()))
                .entity(RuleView.of(rule))
                .build();
    }

    @GET
    public Page<RuleView> list(@QueryParam("account") Long account) {
        if (account == null) {
            throw InvalidRequest.of("account", "is missing");
        }
        return Page.whole(rules.of(account), RuleView::of);
    }

    @GET
    @Path(ONE)
    @Answers(body = RuleView.class)
    public Response get(@PathParam("id") long id) {
        return shown(rules.get(id));
    }

    /** Changes all of it; bindings that it made stay. */
    @PUT
    @Path(ONE)
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(body = RuleView.class)
    public Response change(
            @PathParam("id") long id, @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch, RuleDraft request) {
        return shown(rules.change(id, Version.expected(ifMatch), request));
    }

    /** Ends it; bindings that it made stay. */
    @DELETE
    @Path(ONE)
    public void remove(@PathParam("id") long id, @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
        rules.remove(id, Version.expected(ifMatch));
    }

    /** Finds out what it would bind of the copies that there are; binds nothing. */
    @POST
    @Path(ONE + "/trial")
    @Answers(value = 202, body = JobsResource.JobView.class)
    public Response trial(@PathParam("id") long id) {
        return JobsResource.accepted(uri, rules.trial(id));
    }

    /** Binds what there is already. */
    @POST
    @Path(ONE + "/run")
    @Answers(value = 202, body = JobsResource.JobView.class)
    public Response run(@PathParam("id") long id) {
        return JobsResource.accepted(uri, rules.run(id));
    }

    /** Takes off what it bound and no person has confirmed; the copies stay for the release grace. */
    @POST
    @Path(ONE + "/undo")
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 202, body = JobsResource.JobView.class)
    public Response undo(@PathParam("id") long id, Undo request) {
        return JobsResource.accepted(
                uri, rules.undo(id, request.runId().map(Id::value).orElse(null)));
    }

    private static Response shown(BindingRule rule) {
        return Version.ok(RuleView.of(rule), rule.version());
    }
}
