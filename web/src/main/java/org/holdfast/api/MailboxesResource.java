package org.holdfast.api;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Optional;
import org.holdfast.mailbox.ConnectMailbox;
import org.holdfast.mailbox.MailServer;
import org.holdfast.mailbox.Mailbox;
import org.holdfast.mailbox.MailboxFilter;
import org.holdfast.mailbox.MailboxSecrets;
import org.holdfast.mailbox.MailboxState;
import org.holdfast.mailbox.Mailboxes;
import org.holdfast.security.TokenScope;

/** Connections to mail addresses. */
@Path("mailboxes")
@RequestScoped
@WithinAccount
@Needs(TokenScope.MAILBOXES)
@Produces(MediaType.APPLICATION_JSON)
public class MailboxesResource {

    /**
     * A mailbox to connect.
     *
     * @param smtp absent: it only receives
     * @param shared absent: personal
     */
    public record NewMailbox(
            Id accountId,
            Id ownerId,
            String address,
            MailServer imap,
            Optional<MailServer> smtp,
            String login,
            String password,
            Optional<Boolean> shared) {

        private ConnectMailbox toRequest() {
            return new ConnectMailbox(
                    accountId.value(),
                    ownerId.value(),
                    address,
                    imap,
                    smtp.orElse(null),
                    login,
                    password,
                    shared.orElse(false));
        }

        /** Without the password. */
        @Override
        public String toString() {
            return address;
        }
    }

    @Inject
    private Mailboxes mailboxes;

    @Inject
    private MailboxSecrets secrets;

    @Context
    private UriInfo uri;

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Answers(value = 201, body = MailboxView.class)
    public Response connect(NewMailbox request) {
        Mailbox mailbox = mailboxes.connect(request.toRequest());
        return Response.created(
                        uri.getAbsolutePathBuilder().path(Id.of(mailbox.id())).build())
                .entity(MailboxView.of(mailbox))
                .build();
    }

    @GET
    public Page<MailboxView> list(
            @QueryParam("account") Long account,
            @QueryParam("state") MailboxState state,
            @QueryParam("cursor") String cursor,
            @QueryParam("limit") Integer limit) {
        String collection = "mailboxes-" + account + "-" + state;
        int size = Page.size(limit);
        return Page.byId(
                mailboxes.page(new MailboxFilter(account, state), Page.afterId(cursor, collection), size + 1),
                size,
                collection,
                Mailbox::id,
                MailboxView::of);
    }

    @GET
    @Path("{id: [0-9]{1,18}}")
    public MailboxView get(@PathParam("id") long id) {
        return MailboxView.of(mailboxes.get(id));
    }

    @POST
    @Path("{id: [0-9]{1,18}}/pause")
    public MailboxView pause(@PathParam("id") long id) {
        mailboxes.pause(id);
        return MailboxView.of(mailboxes.get(id));
    }

    @POST
    @Path("{id: [0-9]{1,18}}/resume")
    public MailboxView resume(@PathParam("id") long id) {
        mailboxes.resume(id);
        return MailboxView.of(mailboxes.get(id));
    }

    @POST
    @Path("{id: [0-9]{1,18}}/disconnect")
    public MailboxView disconnect(@PathParam("id") long id) {
        mailboxes.disconnect(id);
        return MailboxView.of(mailboxes.get(id));
    }

    /** Gives a new password, checked with a real login first; what waited for one goes on. */
    @PUT
    @Path("{id: [0-9]{1,18}}/secret")
    @Consumes(MediaType.APPLICATION_JSON)
    public MailboxView renewSecret(@PathParam("id") long id, NewSecret request) {
        secrets.renew(id, request.password());
        return MailboxView.of(mailboxes.get(id));
    }

    /** A password; printed without it. */
    public record NewSecret(String password) {

        @Override
        public String toString() {
            return "NewSecret";
        }
    }
}
