package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.holdfast.security.TokenScope;
import org.holdfast.sending.Sendings;

/** Drafts at a mailbox's provider. */
@Path("mailboxes/{id: [0-9]{1,18}}/drafts")
@RequestScoped
@WithinAccount
@Needs(TokenScope.MAIL)
@Produces(MediaType.APPLICATION_JSON)
public class MailboxDraftsResource {

    @Inject
    private Sendings sendings;

    @Context
    private UriInfo uri;

    @Context
    private HttpServletRequest http;

    /** Saves a draft, and replaces the one that it names. */
    @POST
    @KeepsKey
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 202, body = CommandView.class)
    public Response save(@PathParam("id") long id, MessageToSend message, @HeaderParam(Idempotency.HEADER) String key) {
        message.requireReadableBy(http);
        return Accepted.command(
                uri, sendings.saveDraft(id, message.toMessage(), KeptKey.of(key, "draft", id, message)));
    }
}
