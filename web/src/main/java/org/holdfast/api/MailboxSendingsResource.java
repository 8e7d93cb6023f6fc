package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.holdfast.security.TokenScope;
import org.holdfast.sending.Sending;
import org.holdfast.sending.Sendings;

/** Messages from a mailbox. */
@Path("mailboxes/{id: [0-9]{1,18}}/sendings")
@RequestScoped
@WithinAccount
@Needs(TokenScope.MAIL)
@Produces(MediaType.APPLICATION_JSON)
public class MailboxSendingsResource {

    @Inject
    private Sendings sendings;

    @Context
    private UriInfo uri;

    @Context
    private HttpServletRequest http;

    /** Sends, answers or forwards: queued, and handed over once. */
    @POST
    @KeepsKey
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 202, body = SendingView.class)
    public Response send(@PathParam("id") long id, MessageToSend message, @HeaderParam(Idempotency.HEADER) String key) {
        message.requireReadableBy(http);
        return Accepted.sending(uri, sendings.send(id, message.toMessage(), KeptKey.of(key, "send", id, message)));
    }

    @GET
    public Page<SendingView> list(
            @PathParam("id") long id, @QueryParam("cursor") String cursor, @QueryParam("limit") Integer limit) {
        String collection = "sendings-" + id;
        int size = Page.size(limit);
        long before = cursor == null ? Long.MAX_VALUE : Page.afterId(cursor, collection);
        return Page.byId(sendings.page(id, before, size + 1), size, collection, Sending::id, SendingView::of);
    }
}
