package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
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
import org.holdfast.plan.ChangeSubscription;
import org.holdfast.plan.Subscription;
import org.holdfast.plan.Subscriptions;

/** The plan of an account over time. */
@Path("accounts/{account: [0-9]{1,18}}/subscriptions")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class AccountSubscriptionsResource {

    /**
     * A change of plan.
     *
     * @param from absent: now
     * @param until absent: open
     * @param previewId the stored preview that it rests on; absent: none
     */
    public record NewSubscription(
            String planCode, Optional<Instant> from, Optional<Instant> until, String reason, Optional<Id> previewId) {}

    /** A part of an account's timeline. */
    public record SubscriptionView(
            String planCode,
            Instant validFrom,
            Optional<Instant> validUntil,
            Instant recordedAt,
            String recordedBy,
            String reason,
            Optional<String> previewId) {

        static SubscriptionView of(Subscription subscription) {
            return new SubscriptionView(
                    subscription.planCode(),
                    subscription.validFrom(),
                    subscription.validUntil(),
                    subscription.knownFrom(),
                    subscription.recordedBy(),
                    subscription.reason(),
                    subscription.previewId().map(Id::of));
        }
    }

    @Inject
    private Subscriptions subscriptions;

    @Context
    private UriInfo uri;

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 201, body = SubscriptionView.class)
    public Response change(@PathParam("account") long account, NewSubscription request) {
        Subscription recorded = subscriptions.change(
                account,
                new ChangeSubscription(
                        request.planCode(),
                        request.from().orElse(null),
                        request.until().orElse(null),
                        request.reason(),
                        request.previewId().map(Id::value).orElse(null)));
        return Response.created(uri.getAbsolutePath())
                .entity(SubscriptionView.of(recorded))
                .build();
    }

    /** Who has which plan when, as known now, in order of time. */
    @GET
    @WithinAccount
    public Page<SubscriptionView> timeline(@PathParam("account") long account) {
        return Page.whole(subscriptions.timeline(account), SubscriptionView::of);
    }
}
