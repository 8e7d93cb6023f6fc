package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.holdfast.security.TokenScope;
import org.holdfast.sending.Sendings;

/** Messages on their way out. */
@Path("sendings")
@RequestScoped
@WithinAccount
@Needs(TokenScope.MAIL)
@Produces(MediaType.APPLICATION_JSON)
public class SendingsResource {

    @Inject
    private Sendings sendings;

    @GET
    @Path("{id: [0-9]{1,18}}")
    public SendingView get(@PathParam("id") long id) {
        return SendingView.of(sendings.get(id));
    }

    /** Only while it is queued. */
    @POST
    @Path("{id: [0-9]{1,18}}/cancel")
    public SendingView cancel(@PathParam("id") long id) {
        return SendingView.of(sendings.cancel(id));
    }

    /** Of one of which nobody knows: its sender knows that it arrived. */
    @POST
    @Path("{id: [0-9]{1,18}}/mark-sent")
    public SendingView markSent(@PathParam("id") long id) {
        return SendingView.of(sendings.markSent(id));
    }

    /** Of one of which nobody knows: its sender knows that nobody received it. */
    @POST
    @Path("{id: [0-9]{1,18}}/mark-unsent")
    public SendingView markUnsent(@PathParam("id") long id) {
        return SendingView.of(sendings.markUnsent(id));
    }

    /** Of one that nobody received: the same message once more, deliberately. */
    @POST
    @Path("{id: [0-9]{1,18}}/send-again")
    public SendingView sendAgain(@PathParam("id") long id) {
        return SendingView.of(sendings.sendAgain(id));
    }
}
