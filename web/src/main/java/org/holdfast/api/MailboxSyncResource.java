package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.holdfast.security.TokenScope;
import org.holdfast.sync.MailboxFolders;
import org.holdfast.sync.SyncRequests;

/** Synchronising a mailbox now, and how far it is. */
@Path("mailboxes/{id: [0-9]{1,18}}/sync")
@RequestScoped
@WithinAccount
@Needs(TokenScope.MAILBOXES)
@Produces(MediaType.APPLICATION_JSON)
public class MailboxSyncResource {

    @Inject
    private SyncRequests requests;

    @Inject
    private MailboxFolders folders;

    @Context
    private UriInfo uri;

    /** Makes the mailbox due now; progress is at this same path. */
    @POST
    @Answers(value = 202, body = SyncView.class)
    public Response syncNow(@PathParam("id") long id) {
        requests.syncNow(id);
        return Response.accepted(SyncView.of(requests.progress(id)))
                .header(HttpHeaders.LOCATION, uri.getAbsolutePath())
                .build();
    }

    /** Ends the running pass at its next batch; what is stored stays. */
    @POST
    @Path("cancel")
    public SyncView cancel(@PathParam("id") long id) {
        folders.cancel(id);
        return SyncView.of(requests.progress(id));
    }

    @GET
    public SyncView progress(@PathParam("id") long id) {
        return SyncView.of(requests.progress(id));
    }
}
