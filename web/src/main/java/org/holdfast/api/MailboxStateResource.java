package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.holdfast.mailbox.Mailboxes;

/** Pausing, resuming and ending a mailbox; each answers with the mailbox as it is then. */
@Path("mailboxes/{id: [0-9]{1,18}}")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class MailboxStateResource {

    @Inject
    private Mailboxes mailboxes;

    @POST
    @Path("pause")
    public MailboxView pause(@PathParam("id") long id) {
        mailboxes.pause(id);
        return MailboxView.of(mailboxes.get(id));
    }

    @POST
    @Path("resume")
    public MailboxView resume(@PathParam("id") long id) {
        mailboxes.resume(id);
        return MailboxView.of(mailboxes.get(id));
    }

    @POST
    @Path("disconnect")
    public MailboxView disconnect(@PathParam("id") long id) {
        mailboxes.disconnect(id);
        return MailboxView.of(mailboxes.get(id));
    }
}
