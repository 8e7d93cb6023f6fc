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
import java.util.List;
import java.util.Optional;
import org.holdfast.webhook.Delivery;
import org.holdfast.webhook.NewWebhook;
import org.holdfast.webhook.Webhook;
import org.holdfast.webhook.WebhookDraft;
import org.holdfast.webhook.WebhookState;
import org.holdfast.webhook.Webhooks;

/**
 * Receivers of events. Deliveries follow standardwebhooks.com: check webhook-signature, leave out a webhook-id
 * that was seen, answer 2xx within 15 seconds.
 */
@Path("webhooks")
@RequestScoped
@WithinAccount
@Produces(MediaType.APPLICATION_JSON)
public class WebhooksResource {

    private static final String COLLECTION = "webhooks";
    private static final String ONE = "{id: [0-9]{1,18}}";

    /**
     * A webhook to be.
     *
     * @param accountId absent: of the whole installation
     * @param eventTypes such as message.received
     */
    public record WebhookRequest(Optional<Id> accountId, String url, List<String> eventTypes) {}

    /** What can be changed of a webhook. */
    public record WebhookChange(String url, List<String> eventTypes) {}

    /** From when on to send again. */
    public record Since(Instant since) {}

    /** How many events are sent again. */
    public record Replayed(int events) {}

    /**
     * A webhook as the API shows one.
     *
     * @param pending deliveries that wait
     * @param parked deliveries that were given up after a day
     */
    public record WebhookView(
            String id,
            Optional<String> accountId,
            String url,
            List<String> eventTypes,
            WebhookState state,
            Instant stateSince,
            Optional<String> stateReason,
            int failures,
            Optional<Instant> failingSince,
            long pending,
            long parked,
            String createdBy,
            Instant createdAt) {

        static WebhookView of(Webhook webhook) {
            return new WebhookView(
                    Id.of(webhook.id()),
                    webhook.accountId().map(Id::of),
                    webhook.url(),
                    webhook.eventTypes(),
                    webhook.state(),
                    webhook.stateSince(),
                    webhook.stateReason(),
                    webhook.failures(),
                    webhook.failingSince(),
                    webhook.pending(),
                    webhook.parked(),
                    webhook.createdBy(),
                    webhook.createdAt());
        }
    }

    /**
     * A webhook with its secret.
     *
     * @param secret shown this once; whsec_ and the key in base64
     */
    public record WithSecret(WebhookView webhook, String secret) {}

    /**
     * A delivery as the API shows one.
     *
     * @param messageId the webhook-id that the receiver gets
     * @param answer HTTP status of the last attempt
     */
    public record DeliveryView(
            String id,
            String messageId,
            String type,
            String subject,
            Delivery.State state,
            int attempts,
            Optional<Integer> answer,
            Optional<String> error,
            Instant recordedAt,
            Optional<Instant> lastTried,
            Instant dueAt) {

        static DeliveryView of(Delivery delivery) {
            return new DeliveryView(
                    Id.of(delivery.id()),
                    delivery.messageId(),
                    delivery.type(),
                    delivery.subject(),
                    delivery.state(),
                    delivery.attempts(),
                    delivery.answer(),
                    delivery.error(),
                    delivery.recordedAt(),
                    delivery.lastTried(),
                    delivery.dueAt());
        }
    }

    @Inject
    private Webhooks webhooks;

    @Context
    private UriInfo uri;

    @POST
    @ShownOnce
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 201, body = WithSecret.class)
    public Response add(WebhookRequest request) {
        NewWebhook made =
                webhooks.add(new WebhookDraft(request.accountId().map(Id::value), request.url(), request.eventTypes()));
        return Response.created(uri.getAbsolutePathBuilder()
                        .path(Id.of(made.webhook().id()))
                        .build())
                .tag(Version.tag(made.webhook().version()))
                .entity(new WithSecret(WebhookView.of(made.webhook()), made.secret()))
                .build();
    }

    @GET
    public Page<WebhookView> list(
            @QueryParam("account") Long account,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        return Page.byId(
                webhooks.page(account, Page.afterId(cursor, COLLECTION), size + 1),
                size,
                COLLECTION,
                Webhook::id,
                WebhookView::of);
    }

    @GET
    @Path(ONE)
    @Answers(body = WebhookView.class)
    public Response get(@PathParam("id") long id) {
        return shown(webhooks.get(id));
    }

    @PUT
    @Path(ONE)
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(body = WebhookView.class)
    public Response change(
            @PathParam("id") long id, @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch, WebhookChange request) {
        return shown(webhooks.change(id, Version.expected(ifMatch), request.url(), request.eventTypes()));
    }

    @DELETE
    @Path(ONE)
    public void remove(@PathParam("id") long id, @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
        webhooks.remove(id, Version.expected(ifMatch));
    }

    /** Stops it; what waits stays. */
    @POST
    @Path(ONE + "/disable")
    @Answers(body = WebhookView.class)
    public Response disable(@PathParam("id") long id, @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
        return shown(webhooks.disable(id, Version.expected(ifMatch)));
    }

    /** Sends again what waits; what happened meanwhile is sent by a replay. */
    @POST
    @Path(ONE + "/enable")
    @Answers(body = WebhookView.class)
    public Response enable(@PathParam("id") long id, @HeaderParam(HttpHeaders.IF_MATCH) String ifMatch) {
        return shown(webhooks.enable(id, Version.expected(ifMatch)));
    }

    /** A new secret in place of the old one, which signs nothing from now on. */
    @POST
    @ShownOnce
    @Path(ONE + "/secret")
    public WithSecret renewSecret(@PathParam("id") long id) {
        NewWebhook renewed = webhooks.renewSecret(id);
        return new WithSecret(WebhookView.of(renewed.webhook()), renewed.secret());
    }

    /** Sends again whatever was recorded from an instant on, up to 30 days back. */
    @POST
    @Path(ONE + "/replay")
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 202, body = Replayed.class)
    public Response replay(@PathParam("id") long id, Since request) {
        return Response.accepted(new Replayed(webhooks.replaySince(id, request.since())))
                .build();
    }

    /** What was sent or waits, latest first. */
    @GET
    @Path(ONE + "/deliveries")
    public Page<DeliveryView> deliveries(
            @PathParam("id") long id,
            @QueryParam("state") Delivery.State state,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        int size = Page.size(limit);
        String collection = "deliveries-" + id + "-" + state;
        long before = Page.afterId(cursor, collection);
        return Page.byId(
                webhooks.deliveries(id, state, before == 0 ? Long.MAX_VALUE : before, size + 1),
                size,
                collection,
                Delivery::id,
                DeliveryView::of);
    }

    /** Sends one again, under the id that it had. */
    @POST
    @Path(ONE + "/deliveries/{delivery: [0-9]{1,18}}/replay")
    @Answers(value = 202, body = DeliveryView.class)
    public Response replayOne(@PathParam("id") long id, @PathParam("delivery") long delivery) {
        return Response.accepted(DeliveryView.of(webhooks.replay(id, delivery))).build();
    }

    private static Response shown(Webhook webhook) {
        return Version.ok(WebhookView.of(webhook), webhook.version());
    }
}
